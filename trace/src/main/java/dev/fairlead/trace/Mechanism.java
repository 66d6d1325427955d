package dev.fairlead.trace;

/** One sentence on how each thing works that a packet meets, for whoever reads of them for the first time. */
public final class Mechanism {
    private Mechanism() {}

    /** What stands behind a hop. Hops of one event may have two sentences, one for pods and one for nodes. */
    public static String of(Hop hop) {
        boolean inPod = !hop.netns().isEmpty();
        return switch (hop.event()) {
            case LEFT ->
                inPod
                        ? "A pod has a network namespace of its own: interfaces, routes and ports that nobody else sees. Its eth0"
                                + " is one end of a veth pair, a cable in software whose other end is in the node."
                        : "Nodes send the packets of their pods to each other as they are: each has a route for the pods of every"
                                + " other node, so nothing needs to be wrapped around them.";
            case ENTERED ->
                "What goes in at one end of a cable comes out at the other: from the pod's end of a veth pair at the node's,"
                        + " from another node at the uplink.";
            case BRIDGED ->
                "A bridge is a switch in software: it learns behind which port each MAC address lives and sends a frame"
                        + " out there, so between its own ports it needs no route.";
            case ROUTED ->
                "The IP layer looks for the longest prefix that the destination lies in; the route says by which device and to which"
                        + " neighbour the packet goes next.";
            case RULE ->
                "nftables rules stand in chains that hang on hooks, places which every packet passes; a rule that matches"
                        + " decides.";
            case DNAT ->
                "A Service's address belongs to no interface. The first packet of a connection has its destination rewritten"
                        + " to a pod's, and conntrack remembers both, so that all later packets go the same way without asking"
                        + " the rules again.";
            case UNDNAT ->
                "The pod answers with its own address, which the client never asked. Conntrack knows what the answer of a"
                        + " translated connection looks like and puts the Service's address back; there is no rule for it.";
            case SNAT ->
                "Masquerade gives a packet the address of the device by which it leaves, so that the answer comes back to"
                        + " whoever can undo the translation.";
            case UNSNAT ->
                "Conntrack knows by the port to which client an answer belongs that came to the node's own address, and puts"
                        + " the client's back.";
            case ENCAP ->
                "A tunnel puts the whole packet into another one that only says from which node to which it goes.";
            case DECAP -> "At the end of a tunnel the inner packet comes out as it went in.";
            case DELIVERED ->
                !hop.before().protocol().hasPorts()
                        ? "The packet is in the namespace that has its destination address. Echo requests are answered by the kernel there,"
                                + " and a reply goes to the socket that waits for its identifier."
                        : "The packet is in the namespace that has its destination address; a socket that listens on its port gets it.";
            case DROPPED ->
                "A packet can end anywhere: a rule says so, no route leads on, or nobody answers for the address.";
        };
    }
}
