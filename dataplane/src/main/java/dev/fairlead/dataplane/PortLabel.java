package dev.fairlead.dataplane;

import dev.fairlead.kernel.route.Link;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the node's end of a pod's veth tells about the pod, as its alias: {@code fairlead/c1/eth0 0a:58:0a:f4:01:02
 * 10.244.1.2}. It is kept by the kernel as long as the link lives, a pod can't change it, and leases can be made again from
 * it. A word {@value #UNANSWERED} at the end says that the runtime may not have heard of the pod's interface.
 *
 * @param owner {@code network/container/interface}
 * @param addresses empty while an IPAM plugin is still to be asked for them, and then it is unanswered too
 */
public record PortLabel(String owner, Mac mac, List<Ip> addresses, boolean answered) {
    /** {@code IFALIASZ} of {@code <linux/if.h>} without the closing zero. */
    private static final int MOST_BYTES = 255;

    private static final String UNANSWERED = "unanswered";

    public PortLabel {
        addresses = List.copyOf(addresses);
    }

    static PortLabel of(PodInterface pod, boolean answered) {
        List<Ip> addresses = pod.addresses().stream().map(Prefix::address).toList();
        return new PortLabel(pod.owner(), pod.mac(), addresses, answered);
    }

    /** The label of a link; empty when it is no pod's of ours. */
    public static Optional<PortLabel> of(Link link) {
        String[] words = link.alias().split(" ", -1);
        if (words.length < 3 || !link.name().equals(PodInterface.hostName(words[0]))) {
            return Optional.empty();
        }
        Optional<Mac> mac = Mac.parse(words[1]);
        boolean answered = !words[words.length - 1].equals(UNANSWERED);
        List<Ip> addresses = new ArrayList<>();
        for (int i = 2; i < words.length - (answered ? 0 : 1); i++) {
            Ip.parse(words[i]).ifPresent(addresses::add);
        }
        return mac.isEmpty() || (addresses.isEmpty() && answered)
                ? Optional.empty()
                : Optional.of(new PortLabel(words[0], mac.get(), addresses, answered));
    }

    /**
     * The alias.
     *
     * @throws PodWiringException when the kernel has no room for it
     */
    public String text() {
        StringBuilder text = new StringBuilder(owner).append(' ').append(mac);
        addresses.forEach(address -> text.append(' ').append(address));
        if (text.toString().getBytes(StandardCharsets.UTF_8).length + UNANSWERED.length() + 1 > MOST_BYTES) {
            throw new PodWiringException(
                    "the names in " + owner + " are too long: with the addresses they must fit into " + MOST_BYTES
                            + " bytes; give the network a shorter name");
        }
        return answered ? text.toString() : text.append(' ').append(UNANSWERED).toString();
    }
}
