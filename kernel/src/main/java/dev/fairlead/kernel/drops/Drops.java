package dev.fairlead.kernel.drops;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.sys.Clock;
import dev.fairlead.kernel.sys.Fd;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Hears of the packets that the kernel drops, as long as this is open; all of it goes with this object's descriptors, however the
 * process ends. For one thread at a time.
 */
public final class Drops implements AutoCloseable {
    private static final String TRACEPOINT = "kfree_skb";

    /** Room for more than a thousand packets between two readings; whole pages of any size. */
    private static final int RING = 1 << 18;

    private final SkbLayout layout;
    /** Maps, the program, and its place at the tracepoint. */
    private final List<Fd> armed;

    private final Fd lost;
    private final Fd program;
    private final EventRing ring;

    private Drops(SkbLayout layout, List<Fd> armed, Fd lost, Fd program, EventRing ring) {
        this.layout = layout;
        this.armed = armed;
        this.lost = lost;
        this.program = program;
        this.ring = ring;
    }

    /** Found out once in a process: a lab is refused at the first step, and the kernel's own description is long. */
    private static final class Offer {
        private static final Offer HERE = new Offer();

        private Optional<SkbLayout> layout = Optional.empty();
        private String refusal = "";

        private Offer() {
            try {
                BpfCalls.program("a program that reads", DropProgram.probe(), DropProgram.LICENSE)
                        .close();
                layout = Optional.of(SkbLayout.ofThisKernel());
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

    /** Why drops can't be heard of by this process, in a sentence; empty where they can. The first call takes some milliseconds. */
    public static Optional<String> refusal() {
        return Optional.of(Offer.HERE.refusal).filter(why -> !why.isEmpty());
    }

    /**
     * Begins to listen.
     *
     * @throws SyscallException when the kernel refuses, as it does where there is a {@link #refusal}
     */
    public static Drops open(DropFilter filter) {
        SkbLayout layout = Offer.HERE.layout.orElseThrow(
                () -> new SyscallException("hear of dropped packets (" + Offer.HERE.refusal + ")", "bpf", Errno.EPERM));
        List<Fd> armed = new ArrayList<>();
        try {
            Fd lost = add(armed, BpfCalls.counter("the count of lost drops"));
            Fd events = add(armed, BpfCalls.ring("the ring of drops", RING));
            Fd format = add(armed, BpfCalls.text("the form of functions' names", DropProgram.FORMAT));
            DropProgram.Maps maps = new DropProgram.Maps(events.number(), lost.number(), format.number());
            byte[] instructions = DropProgram.make(layout, filter, maps);
            Fd program = add(armed, BpfCalls.program("program that tells of drops", instructions, DropProgram.LICENSE));
            EventRing ring = EventRing.of(events, RING);
            try {
                add(armed, BpfCalls.attach(program, TRACEPOINT));
            } catch (RuntimeException e) {
                ring.close();
                throw e;
            }
            return new Drops(layout, armed, lost, program, ring);
        } catch (RuntimeException e) {
            armed.forEach(Fd::close);
            throw e;
        }
    }

    private static Fd add(List<Fd> armed, Fd opened) {
        armed.add(opened);
        return opened;
    }

    /** What was dropped since the last time, in the order in which the kernel told it. */
    public List<Drop> read() {
        List<Drop> drops = new ArrayList<>();
        long boot = Clock.boot();
        ring.drain(event -> drops.add(Event.read(event, layout, boot)));
        return drops;
    }

    /** How many drops were not told: there was no room for them, or one happened while another was told on the same processor. */
    public long lost() {
        return BpfCalls.count(lost) + BpfCalls.misses(program);
    }

    /** Then nothing is armed any more; what was told and not read is lost. */
    @Override
    public void close() {
        armed.reversed().forEach(Fd::close);
        ring.close();
    }
}
