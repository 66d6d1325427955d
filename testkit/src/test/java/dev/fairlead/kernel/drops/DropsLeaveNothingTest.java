package dev.fairlead.kernel.drops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.sys.Linux;
import dev.fairlead.testkit.BpfObjects;
import dev.fairlead.testkit.Btf;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.RunningProgram;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who may listen, and that nothing is armed afterwards: the kernel itself is asked for each program and place by its number. */
@RealKernel
class DropsLeaveNothingTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int ENOENT = 2;

    /** {@code BPF_PROG_GET_FD_BY_ID} and {@code BPF_LINK_GET_FD_BY_ID}. */
    private static final int PROGRAM_BY_ID = 13, LINK_BY_ID = 30;

    /** {@code CAP_PERFMON} and {@code CAP_BPF}. */
    private static final long NEEDED = 1L << 38 | 1L << 39;

    private static final String FIRST_USER_NAMESPACE = "user:[4026531837]";

    /** Where it can be had it must be: a mistake in the probe would look like a kernel that doesn't offer it. */
    @Test
    void isOfferedWhereItShouldBe() throws IOException {
        boolean may = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("CapEff:"))
                .allMatch(line -> (Long.parseUnsignedLong(line.split("\\s+")[1], 16) & NEEDED) == NEEDED);
        boolean first =
                Files.readSymbolicLink(Path.of("/proc/self/ns/user")).toString().equals(FIRST_USER_NAMESPACE);
        boolean described = Files.exists(Path.of("/sys/kernel/btf/vmlinux"))
                && Btf.ofThisKernel().enumerator("SKB_DROP_REASON_NO_SOCKET").isPresent();
        if (may && first && described) {
            assertThat(Drops.refusal()).isEmpty();
        } else {
            assertThat(Drops.refusal().orElse("")).startsWith("the kernel's drop reasons are not to be had here: ");
        }
    }

    @Test
    void structuresAreLaidOutAsTheKernelsAre() {
        Btf kernel = Btf.ofThisKernel();
        assertThat(kernel.struct("bpf_prog_info").offsets()).containsEntry("recursion_misses", BpfCalls.MISSES);
        assertThat(kernel.struct("bpf_insn").size()).isEqualTo(Ebpf.BYTES);
        assertThat(kernel.enumerator("BPF_PROG_TYPE_RAW_TRACEPOINT")).hasValue(BpfCalls.RAW_TRACEPOINT);
        assertThat(kernel.enumerator("BPF_MAP_TYPE_ARRAY")).hasValue(BpfCalls.ARRAY);
        assertThat(kernel.enumerator("BPF_MAP_TYPE_RINGBUF")).hasValue(BpfCalls.RINGBUF);
        assertThat(kernel.enumerator("BPF_PROG_LOAD")).hasValue(5);
        assertThat(kernel.enumerator("BPF_OBJ_GET_INFO_BY_FD")).hasValue(15);
        assertThat(kernel.enumerator("BPF_RAW_TRACEPOINT_OPEN")).hasValue(17);
        assertThat(kernel.enumerator("BPF_FUNC_probe_read_kernel")).hasValue(Ebpf.PROBE_READ_KERNEL);
        assertThat(kernel.enumerator("BPF_FUNC_ringbuf_output")).hasValue(Ebpf.RINGBUF_OUTPUT);
        assertThat(kernel.enumerator("BPF_FUNC_snprintf")).hasValue(Ebpf.SNPRINTF);
        assertThat(kernel.enumerator("BPF_MAP_FREEZE")).hasValue(22);
        assertThat(kernel.enumerator("BPF_FUNC_ktime_get_ns")).hasValue(Ebpf.KTIME_GET_NS);
        assertThat(kernel.enumerator("BPF_FUNC_map_lookup_elem")).hasValue(Ebpf.MAP_LOOKUP_ELEM);
    }

    @Test
    void closedIsNotArmed(TestNamespaces namespaces) throws IOException {
        DropsTest.assumeOffered();
        String self = Files.readSymbolicLink(Path.of("/proc/self")).toString();
        Set<String> before = BpfObjects.heldBy(self);
        Set<String> during;
        try (Drops drops = Drops.open(DropsOfChild.filter(namespaces.create()))) {
            during = BpfObjects.heldBy(self);
            during.removeAll(before);
            assertThat(drops.read()).isEmpty();
            assertThat(during).hasSize(2).allMatch(DropsLeaveNothingTest::isThere);
        }
        Poll.until(SOON, () -> during.stream().noneMatch(DropsLeaveNothingTest::isThere), during::toString);
        assertThat(BpfObjects.heldBy(self)).isEqualTo(before);
    }

    @Test
    void aKilledListenerLeavesNothingArmed() throws IOException {
        DropsTest.assumeOffered();
        try (RunningProgram child = RunningProgram.start(child(List.of()))) {
            child.await(DropsOfChild.ARMED, SOON);
            Set<String> armed = BpfObjects.heldBy(Long.toString(child.pid()));
            assertThat(armed).hasSize(2).allMatch(DropsLeaveNothingTest::isThere);
            assertThat(ProcessHandle.of(child.pid()).orElseThrow().destroyForcibly())
                    .isTrue();
            Poll.until(SOON, () -> armed.stream().noneMatch(DropsLeaveNothingTest::isThere), armed::toString);
        }
    }

    /** As in a lab, which is in a user namespace of its own. */
    @Test
    void aUserNamespaceOfItsOwnIsRefusedWithTheReason() {
        Oracle.assumeInstalled("unshare");
        try (RunningProgram child = RunningProgram.start(child(List.of("unshare", "-Ur")))) {
            String refused = child.await(DropsOfChild.REFUSED, SOON);
            assertThat(refused)
                    .contains("could not have the kernel take a program that reads: bpf was refused with EPERM")
                    .endsWith(
                            "it takes CAP_BPF and CAP_PERFMON in the first user namespace, which a lab, or a container"
                                    + " without these, has not");
            assertThat(child.await("also ", SOON)).contains("could not hear of dropped packets", "EPERM");
        }
    }

    private static List<String> child(List<String> before) {
        return child(before, DropsOfChild.class);
    }

    /** A JVM of its own. @param before what starts it */
    static List<String> child(List<String> before, Class<?> main) {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()));
        return command;
    }

    private static boolean isThere(String what) {
        int command = what.startsWith("link") ? LINK_BY_ID : PROGRAM_BY_ID;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(16, 8);
            attr.set(ValueLayout.JAVA_INT, 0, Integer.parseInt(what.substring(what.indexOf(':') + 1)));
            long descriptor = Linux.raw(Linux.Call.BPF, command, attr.address(), attr.byteSize());
            if (descriptor >= 0) {
                long unused = Linux.raw(Linux.Call.CLOSE, descriptor, 0, 0);
                return true;
            }
            assertThat(descriptor).isEqualTo(-ENOENT);
            return false;
        }
    }
}
