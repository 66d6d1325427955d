package dev.fairlead.kernel.drops;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.btf.KernelTypes;
import dev.fairlead.kernel.sys.Fd;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A program that tells of dropped packets, and its maps; it runs only while somebody listens with a {@link DropSource}. To make one
 * takes rights that few have. To use it takes only its descriptors, so that whoever made it may lend it to a process without these
 * rights, {@code unix(7)}: the kernel asks who somebody is where a program is made, and not where it is used.
 */
public final class DropKit implements AutoCloseable {
    /** Room for more than a thousand packets between two readings; whole pages of any size. */
    static final int RING = 1 << 18;

    /** Of the descriptors, in their order. */
    private static final int PROGRAM = 0, WANTED = 1, EVENTS = 2, LOST = 3, COUNT = 4;

    private final List<Fd> descriptors;
    private final DropReasons reasons;

    private DropKit(List<Fd> descriptors, DropReasons reasons) {
        this.descriptors = List.copyOf(descriptors);
        this.reasons = reasons;
    }

    /** Found out once in a process: a lab is refused at the first step, and the kernel's own description is long. */
    private static final class Offer {
        private static final Offer HERE = new Offer();

        private Optional<SkbLayout> layout = Optional.empty();
        private DropReasons reasons = DropReasons.NONE;
        private String refusal = "";

        private Offer() {
            try {
                BpfCalls.program("a program that reads", DropProgram.probe(), DropProgram.LICENSE)
                        .close();
                KernelTypes types = KernelTypes.ofThisKernel();
                reasons = DropReasons.of(types);
                layout = Optional.of(SkbLayout.of(types));
            } catch (KernelException e) {
                refusal = "the kernel's drop reasons are not to be had here: " + e.getMessage() + advice(e);
            }
        }

        private static String advice(KernelException refused) {
            if (refused.isNotPermitted()) {
                return "; it takes CAP_BPF and CAP_PERFMON in the first user namespace, which a lab, or a container without"
                        + " these, has not";
            }
            return refused.isNotSupported()
                    ? "; this kernel was built without eBPF"
                    : "; it takes Linux 5.17 built with CONFIG_DEBUG_INFO_BTF";
        }
    }

    /** Why none can be made by this process, in a sentence; empty where one can. The first call takes some milliseconds. */
    public static Optional<String> refusal() {
        return Optional.of(Offer.HERE.refusal).filter(why -> !why.isEmpty());
    }

    /**
     * One for this process.
     *
     * @throws SyscallException when the kernel refuses, as it does where there is a {@link #refusal}
     */
    static DropKit make() {
        return make(OptionalLong.empty());
    }

    /**
     * One to be lent. Whatever its user asks for, it tells only of packets in network namespaces that belong to one user namespace:
     * who has a user namespace may look into these anyway.
     *
     * @param inode the user namespace's, as {@code /proc/PID/ns/user} has it
     * @throws SyscallException as above
     */
    public static DropKit forUserNamespace(long inode) {
        return make(OptionalLong.of(inode));
    }

    private static DropKit make(OptionalLong owner) {
        SkbLayout layout = Offer.HERE.layout.orElseThrow(
                () -> new SyscallException("hear of dropped packets (" + Offer.HERE.refusal + ")", "bpf", Errno.EPERM));
        List<Fd> made = new ArrayList<>();
        try (Fd format = BpfCalls.text("the form of functions' names", DropProgram.FORMAT)) { // the program keeps it
            made.add(BpfCalls.set("the set of what is wanted of drops", Wanted.BYTES, Wanted.MOST));
            made.add(BpfCalls.ring("the ring of drops", RING));
            made.add(BpfCalls.counter("the count of lost drops"));
            DropProgram.Maps maps = new DropProgram.Maps(
                    made.get(0).number(), made.get(1).number(), made.get(2).number(), format.number());
            byte[] instructions = DropProgram.make(layout, owner, maps);
            made.addFirst(BpfCalls.program("program that tells of drops", instructions, DropProgram.LICENSE));
            return new DropKit(made, Offer.HERE.reasons);
        } catch (RuntimeException e) {
            made.forEach(Fd::close);
            throw e;
        }
    }

    /**
     * One that another process made.
     *
     * @param descriptors as that has them; they are this object's then
     * @throws IllegalArgumentException when there are more or fewer; then they are closed
     */
    public static DropKit lent(List<Fd> descriptors, DropReasons reasons) {
        if (descriptors.size() != COUNT) {
            descriptors.forEach(Fd::close);
            throw new IllegalArgumentException(
                    "to hear of drops takes " + COUNT + " descriptors, and " + descriptors.size() + " were lent");
        }
        return new DropKit(descriptors, reasons);
    }

    /** What to lend; they stay this object's. */
    public List<Fd> descriptors() {
        return descriptors;
    }

    /** What the numbers that the program tells are called. */
    public DropReasons reasons() {
        return reasons;
    }

    Fd program() {
        return descriptors.get(PROGRAM);
    }

    Fd wanted() {
        return descriptors.get(WANTED);
    }

    Fd events() {
        return descriptors.get(EVENTS);
    }

    /** How many drops were not told: there was no room for them, or one happened while another was told on the same processor. */
    long lost() {
        return BpfCalls.count(descriptors.get(LOST)) + BpfCalls.misses(program());
    }

    @Override
    public void close() {
        descriptors.forEach(Fd::close);
    }
}
