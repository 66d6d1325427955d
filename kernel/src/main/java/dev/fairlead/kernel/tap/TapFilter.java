package dev.fairlead.kernel.tap;

import dev.fairlead.packet.Family;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Protocol;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which packets a tap sees: those of one protocol with one of these addresses at either end and one of these ports at
 * either end; and ICMP errors (unreachable, too big, time exceeded, parameter problem) with one of these addresses at either
 * end. What an error quotes is for the reader to look at, with {@link #concerns}. A connection that is translated on its way
 * is seen with all addresses and ports that it has anywhere.
 *
 * <p>Not seen: later fragments, which have no ports; IPv6 packets with extension headers; what is inside a VLAN tag or a
 * tunnel, but on the device that takes it out.
 *
 * @param protocol TCP or UDP
 * @param addresses 1 to 64 of one family; kept in their order and once each
 * @param ports 1 to 64, each 0 to 65535; kept in their order and once each
 */
public record TapFilter(Protocol protocol, List<Ip> addresses, List<Integer> ports) {
    /** How many addresses, and how many ports, a filter may have. */
    public static final int MOST = 64;

    private static final List<Integer> ERRORS =
            List.of(Wire.ICMP_DEST_UNREACH, Wire.ICMP_TIME_EXCEEDED, Wire.ICMP_PARAMETERPROB);
    private static final List<Integer> ERRORS_V6 =
            List.of(Wire.ICMPV6_DEST_UNREACH, Wire.ICMPV6_PKT_TOOBIG, Wire.ICMPV6_TIME_EXCEED, Wire.ICMPV6_PARAMPROB);

    public TapFilter {
        addresses = sorted("address", addresses);
        ports = sorted("port", ports);
        if (protocol != Protocol.TCP && protocol != Protocol.UDP) {
            throw new IllegalArgumentException("a tap sees packets of tcp or udp, not of " + protocol);
        }
        if (addresses.getFirst().family() != addresses.getLast().family()) {
            throw new IllegalArgumentException("a tap sees one address family, and " + addresses.getFirst() + " and "
                    + addresses.getLast() + " are of two; open a tap for each");
        }
        if (ports.getFirst() < 0 || ports.getLast() > 65535) {
            throw new IllegalArgumentException("not all ports of " + ports + " are 0 to 65535");
        }
    }

    private static <T extends Comparable<T>> List<T> sorted(String what, Collection<T> given) {
        List<T> once = given.stream().sorted().distinct().toList();
        if (once.isEmpty() || once.size() > MOST) {
            throw new IllegalArgumentException("a tap can't filter by " + once.size() + " of '" + what
                    + "': the kernel's programs are short; give 1 to " + MOST);
        }
        return once;
    }

    /** All packets, both directions, whose addresses and ports are those of one of these, which are of one protocol. */
    public static TapFilter of(Collection<Flow> flows) {
        Flow first = flows.stream()
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("a tap needs a flow to look for"));
        if (flows.stream().anyMatch(flow -> flow.protocol() != first.protocol())) {
            throw new IllegalArgumentException("a tap sees one protocol, not those of " + flows);
        }
        return new TapFilter(
                first.protocol(),
                flows.stream()
                        .flatMap(flow ->
                                Stream.of(flow.source().ip(), flow.destination().ip()))
                        .toList(),
                flows.stream()
                        .flatMap(flow -> Stream.of(
                                flow.source().port(), flow.destination().port()))
                        .toList());
    }

    public Family family() {
        return addresses.getFirst().family();
    }

    /** Whether packets of {@code flow} are seen: also what an ICMP error quotes can be asked about. */
    public boolean concerns(Flow flow) {
        return flow.protocol() == protocol
                && (addresses.contains(flow.source().ip())
                        || addresses.contains(flow.destination().ip()))
                && (ports.contains(flow.source().port())
                        || ports.contains(flow.destination().port()));
    }

    /** The ICMP or ICMPv6 types that are errors about a packet. */
    List<Integer> errorTypes() {
        return family() == Family.IPV4 ? ERRORS : ERRORS_V6;
    }

    /** What the kernel is given: it accepts the first {@link Frame#SNAP} bytes of what is wanted and nothing of the rest. */
    public BpfProgram program() {
        return FilterCompiler.compile(this);
    }

    /** The same as {@code tcpdump} takes it, {@code pcap-filter(7)}. */
    public String expression() {
        boolean v4 = family() == Family.IPV4;
        String type = v4 ? "icmp[icmptype] = " : "icmp6[icmp6type] = ";
        return (v4 ? "ip" : "ip6") + " and host " + or(addresses) + " and (" + protocol + " port " + or(ports)
                + errorTypes().stream().map(number -> " or " + type + number).collect(Collectors.joining()) + ")";
    }

    private static String or(List<?> values) {
        String all = values.stream().map(Object::toString).collect(Collectors.joining(" or "));
        return values.size() == 1 ? all : "(" + all + ")";
    }

    @Override
    public String toString() {
        return expression();
    }
}
