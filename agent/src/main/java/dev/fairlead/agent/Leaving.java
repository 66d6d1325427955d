package dev.fairlead.agent;

import dev.fairlead.dataplane.BandwidthLimits;
import dev.fairlead.dataplane.NatTable;
import dev.fairlead.dataplane.PeerRoutes;
import dev.fairlead.dataplane.PortLabel;
import dev.fairlead.dataplane.ServiceTable;
import dev.fairlead.dataplane.SpoofGuard;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.Link;
import dev.fairlead.kernel.route.Rtnetlink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Taking Fairlead from a node. The configuration goes first, so that no new pod begins; everything else only when no agent
 * serves and no pod is left, because a pod that is left needs all of it, its DEL too.
 *
 * @param taken what was removed, in order
 * @param left what is still there and why, a sentence each; empty when nothing is
 */
public record Leaving(List<String> taken, List<String> left) {
    private static final List<String> STATE =
            List.of("leases.journal.new", "leases.journal", NatFile.FRESH, NatFile.NAME, "lock");

    public Leaving {
        taken = List.copyOf(taken);
        left = List.copyOf(left);
    }

    /** Takes away what can go; calling it again later goes on from there. */
    public static Leaving leave(CniInstall install, Netns node, String bridge, Path stateDirectory) {
        List<String> taken = new ArrayList<>();
        if (install.takeConflist()) {
            taken.add("the configuration " + install.conflist());
        }
        OptionalInt agent = CniCaller.served(install.socket());
        if (agent.isPresent()) {
            return new Leaving(
                    taken,
                    List.of("the program, the bridge and the table, because the agent still serves (process "
                            + agent.getAsInt() + "); delete this node's pods, end it, and leave again"));
        }
        try (Rtnetlink rtnetlink = Rtnetlink.open(node)) {
            List<String> ports = ports(rtnetlink, bridge);
            List<String> chained = PodNat.chained(stateDirectory);
            if (!ports.isEmpty()) {
                return new Leaving(
                        taken,
                        List.of("the program, the bridge and the table, because " + ports.size()
                                + (ports.size() == 1 ? " pod hangs" : " pods hang") + " on " + bridge + " ("
                                + String.join(", ", ports) + "); delete them while an agent serves, and leave again"));
            }
            if (!chained.isEmpty()) {
                return new Leaving(
                        taken,
                        List.of("the program, the bridge and the tables, because pods of other networks have host ports"
                                + " here (" + String.join(", ", chained)
                                + "); delete them while an agent serves, or start the machine anew, and leave again"));
            }
            if (install.takeProgram()) {
                taken.add("the program " + install.program());
            }
            if (install.takeLoopback()) {
                taken.add("the program " + install.loopback());
            }
            kernel(rtnetlink, node, bridge, taken);
        }
        return new Leaving(taken, files(install, stateDirectory, taken));
    }

    private static List<String> ports(Rtnetlink rtnetlink, String bridge) {
        Optional<Link> found = rtnetlink.links().find(bridge);
        List<String> ports = new ArrayList<>();
        if (found.isPresent()) {
            for (Link link : rtnetlink.links().list()) {
                if (link.master() == found.get().index()) {
                    ports.add(PortLabel.of(link).map(PortLabel::owner).orElse(link.name()));
                }
            }
        }
        return ports;
    }

    private static void kernel(Rtnetlink rtnetlink, Netns node, String bridge, List<String> taken) {
        Optional<Link> found = rtnetlink.links().find(bridge);
        if (found.isPresent()) {
            rtnetlink.links().delete(found.get().index());
            taken.add("the bridge " + bridge);
        }
        PeerRoutes.start(rtnetlink).clean();
        try (ServiceTable table = ServiceTable.start(node, CniInstall.NETWORK)) {
            table.clean();
        }
        SpoofGuard.remove(node);
        try (BandwidthLimits limits = new BandwidthLimits(node, rtnetlink)) {
            limits.clean();
        }
        NatTable.remove(node);
        taken.add("the tables inet fairlead, inet fairlead-nat and bridge fairlead-guard");
    }

    private static List<String> files(CniInstall install, Path stateDirectory, List<String> taken) {
        List<String> left = new ArrayList<>();
        try {
            Files.deleteIfExists(install.socket());
            for (String name : STATE) {
                Files.deleteIfExists(stateDirectory.resolve(name));
            }
            taken.add("the leases and host ports in " + stateDirectory);
            Files.deleteIfExists(stateDirectory.resolve(DelegateNotes.DIRECTORY));
        } catch (DirectoryNotEmptyException e) {
            left.add(stateDirectory.resolve(DelegateNotes.DIRECTORY)
                    + ", because IPAM plugins may still hold addresses for the attachments in it; start the agent once more,"
                    + " which gives them back, and leave again");
            return left;
        } catch (IOException e) {
            throw new UncheckedIOException("could not remove the leases and host ports in " + stateDirectory, e);
        }
        removeEmpty(stateDirectory, left);
        return left;
    }

    private static void removeEmpty(Path directory, List<String> left) {
        try {
            Files.delete(directory);
        } catch (NoSuchFileException e) {
            // an agent has never run here
        } catch (DirectoryNotEmptyException e) {
            left.add(directory + ", because files are in it that are not part of the leases (a damaged file that was"
                    + " put aside?); remove it when you have looked at them");
        } catch (IOException e) {
            left.add(directory + ": " + e.getMessage());
        }
    }
}
