package dev.fairlead.kernel.drops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.UnixSocket;
import dev.fairlead.kernel.tap.TapFilter;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Protocol;
import dev.fairlead.testkit.BpfObjects;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.RunningProgram;
import dev.fairlead.testkit.TestNamespaces;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several who listen to one program, and one who may not make it: datagrams to a port of the own loopback that nobody has. */
@RealKernel
class DropSourceTest {
    static final Duration SOON = Duration.ofSeconds(60);
    private static final int FROM = 40_000, TO = 4567;
    static final TapFilter PACKETS = new TapFilter(Protocol.UDP, List.of(Ip.of("127.0.0.1")), List.of(FROM));

    private static Netns loopback(TestNamespaces namespaces) {
        Netns made = namespaces.create();
        String unused = Oracle.in(made).run("ip", "link", "set", "lo", "up");
        return made;
    }

    static void send(Netns from, int times) {
        boolean unused = from.call(() -> {
            InetAddress loopback = InetAddress.getByName("127.0.0.1");
            try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(loopback, FROM))) {
                for (int i = 0; i < times; i++) {
                    socket.send(new DatagramPacket(new byte[] {1}, 1, loopback, TO));
                }
            }
            return true;
        });
    }

    private static Drops listen(DropSource source, Netns where) {
        return source.listen(new DropFilter(List.of(where.inode()), PACKETS));
    }

    private static void awaitDrops(Drops drops, Netns where, int count) {
        List<Drop> told = new ArrayList<>();
        Poll.until(
                SOON,
                () -> {
                    told.addAll(drops.read());
                    return told.size() >= count;
                },
                told::toString);
        assertThat(told).hasSize(count).allSatisfy(drop -> {
            assertThat(drop.namespace()).isEqualTo(where.inode());
            assertThat(drop.reason()).isEqualTo("NO_SOCKET");
        });
    }

    /** Each hears its own, also of what the other one read first; what was dropped before or without it is nobody's. */
    @Test
    void severalListenAtTheSameTime(TestNamespaces namespaces) {
        DropsTest.assumeOffered();
        Netns one = loopback(namespaces);
        Netns other = loopback(namespaces);
        try (DropSource source = new DropSource(DropKit.make());
                Drops first = listen(source, one)) {
            send(one, 2);
            try (Drops second = listen(source, other);
                    Drops third = listen(source, one)) {
                send(one, 1);
                send(other, 4);
                awaitDrops(second, other, 4);
                awaitDrops(third, one, 1);
                awaitDrops(first, one, 3);
            }
            send(other, 1);
            send(one, 1);
            awaitDrops(first, one, 1);
        }
    }

    /** The program has its place at the tracepoint only while somebody listens. */
    @Test
    void runsForListenersOnly(TestNamespaces namespaces) throws IOException {
        DropsTest.assumeOffered();
        Netns one = loopback(namespaces);
        String self = Files.readSymbolicLink(Path.of("/proc/self")).toString();
        Set<String> before = BpfObjects.heldBy(self);
        try (DropSource source = new DropSource(DropKit.make())) {
            for (int i = 0; i < 3; i++) {
                Drops first = listen(source, one);
                Drops second = listen(source, one);
                first.close();
                send(one, 1);
                awaitDrops(second, one, 1);
                assertThat(armed(self, before)).anyMatch(what -> what.startsWith("link_id:"));
                send(one, 2); // not read any more, and not the next one's
                second.close();
                second.close();
                assertThat(armed(self, before)).hasSize(1).allMatch(what -> what.startsWith("prog_id:"));
            }
        }
        assertThat(BpfObjects.heldBy(self)).isEqualTo(before);
    }

    private static Set<String> armed(String process, Set<String> but) throws IOException {
        Set<String> armed = BpfObjects.heldBy(process);
        armed.removeAll(but);
        return armed;
    }

    @Test
    void aListenerOutlivesItsSource(TestNamespaces namespaces) {
        DropsTest.assumeOffered();
        Netns one = loopback(namespaces);
        DropSource source = new DropSource(DropKit.make());
        try (Drops drops = listen(source, one)) {
            source.close();
            assertThat(drops.read()).isEmpty();
            assertThat(drops.lost()).isZero();
        }
    }

    /** As in a lab: whoever may not make a program listens with a lent one, and hears of nobody else's namespaces however much it asks. */
    @Test
    void whoMayNotMakeItListensWithALentOne(TestNamespaces namespaces, @TempDir Path directory) throws IOException {
        DropsTest.assumeOffered();
        Oracle.assumeInstalled("unshare");
        Netns elsewhere = loopback(namespaces);
        String path = directory.resolve("lender").toString();
        List<String> command =
                new ArrayList<>(DropsLeaveNothingTest.child(List.of("unshare", "-Urn"), DropsOfTenant.class));
        command.addAll(List.of(path, Long.toString(elsewhere.inode())));
        try (UnixSocket door = UnixSocket.listen(path);
                RunningProgram child = RunningProgram.start(command);
                UnixSocket tenant = door.accept().orElseThrow();
                DropKit kit = DropKit.forUserNamespace(userNamespace(child.pid()));
                Drops control = Drops.open(new DropFilter(List.of(elsewhere.inode()), PACKETS))) {
            Map.Entry<Integer, String> reason = kit.reasons().names().entrySet().stream()
                    .filter(entry -> entry.getValue().equals("NO_SOCKET"))
                    .findFirst()
                    .orElseThrow();
            tenant.send(words(Integer.toString(reason.getKey()), reason.getValue()), kit.descriptors());
            assertThat(child.await(DropsOfTenant.ARMED, SOON)).contains("EPERM");
            send(elsewhere, 3);
            awaitDrops(control, elsewhere, 3);
            tenant.write(words("go"));
            assertThat(child.await(DropsOfTenant.HEARD, SOON)).startsWith(DropsOfTenant.HEARD + "[here NO_SOCKET] ");
        }
    }

    private static long userNamespace(long pid) throws IOException {
        return ((Number) Files.getAttribute(Path.of("/proc", Long.toString(pid), "ns", "user"), "unix:ino"))
                .longValue();
    }

    private static byte[] words(String... words) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            for (String word : words) {
                out.writeUTF(word);
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void tooFewDescriptorsAreRefusedAndClosed() {
        Fd one = Fd.open(Path.of("/dev/null"), Fd.O_RDONLY);
        assertThatThrownBy(() -> DropKit.lent(List.of(one), DropReasons.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("to hear of drops takes 4 descriptors, and 1 were lent");
        assertThat(one.isOpen()).isFalse();
    }
}
