package dev.fairlead.kernel.tap;

import dev.fairlead.packet.Family;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Protocol;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which packets a tap sees: those of one protocol with one of these addresses at either end and one of these ports at
 * either end; and ICMP errors (unreachable, too big, time exceeded, parameter problem) with one of these addresses at either
 * end. What an error quotes is for the reader to look at, with {@link #concerns}. A connection that is translated on its way
 * is seen with all addresses and ports that it has anywhere.
 *
 * <p>Of ICMP and ICMPv6 echo requests and replies are seen, by their identifier where others have ports. There is only one, and
 * whoever translates the source may choose another: so an echo that doesn't have the client's address at either end is
 * seen whatever its identifier is.
 *
 * <p>Not seen: later fragments, which have no ports; IPv6 packets with extension headers; what is inside a VLAN tag or a
 * tunnel, but on the device that takes it out.
 *
 * @param protocol TCP or UDP, ICMP or ICMPv6
 * @param addresses 1 to 64 of one family; kept in their order and once each
 * @param ports 1 to 64, each 0 to 65535; kept in their order and once each. Of echoes identifiers, none for any
 * @param client of echoes, whose identifiers these are; empty for TCP and UDP
 */
public record TapFilter(Protocol protocol, List<Ip> addresses, List<Integer> ports, Optional<Ip> client) {
    /** How many addresses, and how many ports, a filter may have. */
    public static final int MOST = 64;

    private static final List<Integer> ERRORS =
            List.of(Wire.ICMP_DEST_UNREACH, Wire.ICMP_TIME_EXCEEDED, Wire.ICMP_PARAMETERPROB);
    private static final List<Integer> ERRORS_V6 =
            List.of(Wire.ICMPV6_DEST_UNREACH, Wire.ICMPV6_PKT_TOOBIG, Wire.ICMPV6_TIME_EXCEED, Wire.ICMPV6_PARAMPROB);
    private static final List<Integer> ECHOES = List.of(Wire.ICMP_ECHOREPLY, Wire.ICMP_ECHO);
    private static final List<Integer> ECHOES_V6 = List.of(Wire.ICMPV6_ECHO_REQUEST, Wire.ICMPV6_ECHO_REPLY);

    public TapFilter {
        addresses = sorted("address", addresses);
        ports = ports.isEmpty() && !protocol.hasPorts() ? List.of() : sorted("port", ports);
        if (protocol == Protocol.SCTP) {
            throw new IllegalArgumentException("a tap sees packets of tcp, udp or icmp, not of " + protocol);
        }
        if (addresses.getFirst().family() != addresses.getLast().family()) {
            throw new IllegalArgumentException("a tap sees one address family, and " + addresses.getFirst() + " and "
                    + addresses.getLast() + " are of two; open a tap for each");
        }
        if (!ports.isEmpty() && (ports.getFirst() < 0 || ports.getLast() > 65535)) {
            throw new IllegalArgumentException("not all ports of " + ports + " are 0 to 65535");
        }
        boolean echoOfClient = client.filter(addresses::contains).isPresent()
                && protocol.in(addresses.getFirst().family()) == protocol;
        if (protocol.hasPorts() ? client.isPresent() : !echoOfClient) {
            throw new IllegalArgumentException(
                    "a tap for " + protocol + " at " + addresses + " can't be for the client " + client);
        }
    }

    /** For a protocol with ports. */
    public TapFilter(Protocol protocol, List<Ip> addresses, List<Integer> ports) {
        this(protocol, addresses, ports, Optional.empty());
    }

    /** For echoes. @param ids of the client, none for any */
    public static TapFilter echo(Ip client, List<Ip> addresses, List<Integer> ids) {
        return new TapFilter(Protocol.ICMP.in(client.family()), addresses, ids, Optional.of(client));
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
        return flow.protocol() == protocol && (isAt(flow, addresses::contains)) && hasPort(flow);
    }

    private boolean hasPort(Flow flow) {
        if (protocol.hasPorts()) {
            return ports.contains(flow.source().port())
                    || ports.contains(flow.destination().port());
        }
        int id = flow.source().port() + flow.destination().port(); // one of them is 0
        return ports.isEmpty()
                || ports.contains(id)
                || !isAt(flow, ip -> client.filter(ip::equals).isPresent());
    }

    private static boolean isAt(Flow flow, Predicate<Ip> wanted) {
        return wanted.test(flow.source().ip()) || wanted.test(flow.destination().ip());
    }

    /** The ICMP or ICMPv6 types that are errors about a packet. */
    List<Integer> errorTypes() {
        return family() == Family.IPV4 ? ERRORS : ERRORS_V6;
    }

    /** Those of an echo request and its reply. */
    List<Integer> echoTypes() {
        return family() == Family.IPV4 ? ECHOES : ECHOES_V6;
    }

    /** What the kernel is given: it accepts the first {@link Frame#SNAP} bytes of what is wanted and nothing of the rest. */
    public BpfProgram program() {
        return FilterCompiler.compile(this);
    }

    /** The same as {@code tcpdump} takes it, {@code pcap-filter(7)}. */
    public String expression() {
        boolean v4 = family() == Family.IPV4;
        String wanted = protocol.hasPorts() ? protocol + " port " + or(ports) : echoes(v4 ? "icmp" : "icmp6");
        String type = v4 ? "icmp[icmptype] = " : "icmp6[icmp6type] = ";
        return (v4 ? "ip" : "ip6") + " and host " + or(addresses) + " and (" + wanted
                + errorTypes().stream().map(number -> " or " + type + number).collect(Collectors.joining()) + ")";
    }

    private String echoes(String icmp) {
        String types = "(" + icmp + "[0] = " + echoTypes().getFirst() + " or " + icmp + "[0] = "
                + echoTypes().getLast() + ")";
        return ports.isEmpty()
                ? types
                : types + " and ("
                        + ports.stream()
                                .map(id -> icmp + "[4:2] = " + id + " or ")
                                .collect(Collectors.joining())
                        + "not host " + client.orElseThrow() + ")";
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
