package dev.fairlead.kernel.drops;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.tap.TapFilter;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Protocol;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Listens in a process of its own, to be killed meanwhile, or says why it can't; started by {@link DropsLeaveNothingTest}. */
final class DropsOfChild {
    static final String ARMED = "armed";
    static final String REFUSED = "refused: ";

    private DropsOfChild() {}

    static DropFilter filter(Netns namespace) {
        return new DropFilter(
                List.of(namespace.inode()), new TapFilter(Protocol.UDP, List.of(Ip.of("10.1.0.2")), List.of(40_000)));
    }

    /** Ends by itself only if nobody kills it. */
    public static void main(String[] arguments) throws InterruptedException {
        if (Drops.refusal().isPresent()) {
            System.out.println(REFUSED + Drops.refusal().get());
            try (Netns here = Netns.current();
                    Drops drops = Drops.open(filter(here))) {
                System.out.println("and yet " + drops);
            } catch (dev.fairlead.kernel.SyscallException e) {
                System.out.println("also " + e.getMessage());
            }
            return;
        }
        try (Netns here = Netns.current();
                Drops drops = Drops.open(filter(here))) {
            System.out.println(ARMED + drops.read());
            System.out.flush();
            var _ = new CountDownLatch(1).await(5, TimeUnit.MINUTES);
        }
    }
}
