package dev.fairlead.dataplane;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.netns.Sysctl;
import dev.fairlead.packet.Family;
import dev.fairlead.plan.nat.NatBook;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The switch {@code route_localnet} of devices by which 127.0.0.1 reaches pods, where it is ours to turn. Safe from any
 * thread.
 *
 * @param node stays the caller's
 */
record LoopbackSwitches(Netns node) {
    private static final String ROUTE_LOCALNET = "route_localnet";

    private static String switchOf(String device) {
        return Sysctl.ofLink(Family.IPV4, device, ROUTE_LOCALNET);
    }

    /** Whether a device's switch would have to be turned; one that isn't there has none. */
    boolean isOff(String device) {
        return Sysctl.in(node).find(switchOf(device)).equals(Optional.of("0"));
    }

    /** Turns on what a book needs that the one before didn't: after the guard against foreign packets is in the table. */
    void on(NatBook before, NatBook after) {
        TreeSet<String> devices = ours(after);
        devices.removeAll(ours(before));
        devices.forEach(device -> set(device, 1));
    }

    /** Turns off what is no longer needed: before the guard is taken out. */
    void off(NatBook before, NatBook after) {
        TreeSet<String> devices = ours(before);
        devices.removeAll(ours(after));
        devices.forEach(device -> set(device, 0));
    }

    /** Turns on again what somebody else has turned off. @return a sentence for each */
    List<String> mend(NatBook book) {
        List<String> findings = new ArrayList<>();
        for (String device : ours(book)) {
            if (isOff(device)) {
                set(device, 1);
                findings.add("somebody else has switched " + ROUTE_LOCALNET + " of " + device
                        + " off, so it was switched on again for host ports at 127.0.0.1");
            }
        }
        return findings;
    }

    static TreeSet<String> ours(NatBook book) {
        return NatElements.devices(book.keeping(pod -> pod.loopback().switched()));
    }

    private void set(String device, int value) {
        try {
            Sysctl.in(node).write(switchOf(device), value);
        } catch (KernelException e) {
            if (!e.isNotFound()) {
                throw e;
            } // the device is gone, and the switch with it
        }
    }
}
