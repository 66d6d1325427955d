package dev.fairlead.trace.observe;

import dev.fairlead.kernel.conntrack.Layer4;
import dev.fairlead.kernel.conntrack.Tuple;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import java.util.Optional;

/** Flows as conntrack has them, there and back. Of an echo it has the type of the message, which is the direction, and the identifier. */
final class Tuples {
    private Tuples() {}

    /** Of one whose identifier is 0 it can't be seen which way it goes; it is taken for a request. */
    static Tuple of(Flow flow) {
        if (flow.protocol().hasPorts()) {
            return Tuple.of(
                    flow.protocol(),
                    flow.source().ip(),
                    flow.source().port(),
                    flow.destination().ip(),
                    flow.destination().port());
        }
        boolean reply = flow.destination().port() != 0;
        int id = reply ? flow.destination().port() : flow.source().port();
        int type = reply ? reply(flow.family()) : request(flow.family());
        return new Tuple(
                flow.source().ip(), flow.destination().ip(), flow.protocol().number(), new Layer4.Icmp(type, 0, id), 0);
    }

    /** Empty for what is neither between ports nor an echo. */
    static Optional<Flow> flow(Tuple tuple) {
        return switch (tuple.layer4()) {
            case Layer4.Ports ports ->
                Protocol.ofNumber(tuple.protocol())
                        .map(protocol -> new Flow(
                                protocol,
                                new IpPort(tuple.source(), ports.source()),
                                new IpPort(tuple.destination(), ports.destination())));
            case Layer4.Icmp icmp
            when icmp.type() == request(tuple.family()) ->
                Optional.of(Flow.echo(tuple.source(), tuple.destination(), icmp.id()));
            case Layer4.Icmp icmp
            when icmp.type() == reply(tuple.family()) ->
                Optional.of(Flow.echo(tuple.destination(), tuple.source(), icmp.id())
                        .reply());
            case Layer4.Icmp _, Layer4.Nothing _ -> Optional.empty();
        };
    }

    /** {@code ICMP_ECHO}, {@code ICMPV6_ECHO_REQUEST}. */
    static int request(Family family) {
        return family == Family.IPV4 ? 8 : 128;
    }

    /** {@code ICMP_ECHOREPLY}, {@code ICMPV6_ECHO_REPLY}. */
    static int reply(Family family) {
        return family == Family.IPV4 ? 0 : 129;
    }

    /** {@code 10.0.0.1:4711 → 10.0.0.2:80}; {@code 10.0.0.1 → 10.0.0.2 type 8 code 0 id 4711}. */
    static String text(Flow flow) {
        return flow.protocol().hasPorts()
                ? flow.source() + " → " + flow.destination()
                : flow.source().ip() + " → " + flow.destination().ip() + " "
                        + of(flow).layer4().text().replace('=', ' ');
    }
}
