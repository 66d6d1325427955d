package dev.fairlead.trace.observe;

import static dev.fairlead.kernel.nftables.Fields.CT_ORIGINAL_IP6_DADDR;
import static dev.fairlead.kernel.nftables.Fields.CT_ORIGINAL_IP6_SADDR;
import static dev.fairlead.kernel.nftables.Fields.CT_ORIGINAL_IP_DADDR;
import static dev.fairlead.kernel.nftables.Fields.CT_ORIGINAL_IP_SADDR;
import static dev.fairlead.kernel.nftables.Fields.CT_ORIGINAL_PROTO_DST;
import static dev.fairlead.kernel.nftables.Fields.CT_ORIGINAL_PROTO_SRC;
import static dev.fairlead.kernel.nftables.Fields.ICMPV6_TYPE;
import static dev.fairlead.kernel.nftables.Fields.ICMP_TYPE;
import static dev.fairlead.kernel.nftables.Fields.IP6_DADDR;
import static dev.fairlead.kernel.nftables.Fields.IP6_SADDR;
import static dev.fairlead.kernel.nftables.Fields.IP_DADDR;
import static dev.fairlead.kernel.nftables.Fields.IP_SADDR;
import static dev.fairlead.kernel.nftables.Fields.META_L4PROTO;
import static dev.fairlead.kernel.nftables.Fields.META_NFTRACE;
import static dev.fairlead.kernel.nftables.Fields.TCP_FLAGS;
import static dev.fairlead.kernel.nftables.Fields.TH_DPORT;
import static dev.fairlead.kernel.nftables.Fields.TH_SPORT;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.nftables.Chain;
import dev.fairlead.kernel.nftables.Field;
import dev.fairlead.kernel.nftables.Fields;
import dev.fairlead.kernel.nftables.Hook;
import dev.fairlead.kernel.nftables.Nftables;
import dev.fairlead.kernel.nftables.ScalarType;
import dev.fairlead.kernel.nftables.Statement;
import dev.fairlead.kernel.nftables.Table;
import dev.fairlead.kernel.nftables.TableFamily;
import dev.fairlead.kernel.nftables.TraceEvent;
import dev.fairlead.kernel.nftables.Traces;
import dev.fairlead.kernel.nftables.Transaction;
import dev.fairlead.kernel.nftables.expression.Payload;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Has the kernel tell through which chains of a namespace the first packets of a connection go, and which rules they meet: a
 * table of ours turns {@code nftrace} on for them. Of TCP these are the packets that open, refuse or break a connection; what
 * comes between would only fill the socket. The table belongs to our socket, so the kernel takes it away with it, and refuses it to
 * anybody else; so each trace has one of its own, or only one could run at a time.
 *
 * <p>Before connection tracking a packet is known by its addresses; after it, by what the client asked for, so that translated
 * packets and the answers are found too. Where the client's port isn't known yet, the one that it asks for tells instead; on a
 * node behind a translation that is another one, and rules are traced there only for a client whose port is known.
 *
 * <p>Of an echo its identifier is what the port is of others; it is at the same place in the request and in the reply.
 *
 * <p>Behind a node that masquerades for others nobody can know the port: packets of that node to a port of the targets are traced, and
 * told apart afterwards.
 */
final class RuleTrace implements AutoCloseable {
    /** And a name by lot: two agents of a node, one after the other, may have the same process id in namespaces of their own. */
    private static final String NAME = "fairlead-trace-";

    /** Of an echo request and its reply, RFC 792 and RFC 4443 section 4. */
    private static final Field ECHO_ID = Fields.raw(Payload.Header.TRANSPORT, 4, ScalarType.INET_SERVICE);

    private static final int BEFORE_ALL = -450;
    /** {@code NF_IP_PRI_CONNTRACK} is -200. */
    private static final int AFTER_TRACKING = -199;
    /** After everything else, so that what is seen there has passed. */
    private static final int LAST = 10_000;

    private final Traces traces;
    private final Nftables nftables;

    private RuleTrace(Traces traces, Nftables nftables) {
        this.traces = traces;
        this.nftables = nftables;
    }

    static RuleTrace arm(Netns namespace, Watch watch) {
        Traces traces = Traces.open(namespace);
        try {
            Nftables nftables = Nftables.open(namespace);
            try {
                nftables.commit(rules(table(), watch));
                return new RuleTrace(traces, nftables);
            } catch (RuntimeException e) {
                nftables.close();
                throw e;
            }
        } catch (RuntimeException e) {
            traces.close();
            throw e;
        }
    }

    private static Table table() {
        String name =
                NAME + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        return Table.of(TableFamily.INET, name)
                .owned()
                .commented("shows the way of one connection's packets, by Fairlead; gone in a moment");
    }

    private static Transaction rules(Table table, Watch watch) {
        Flow flow = watch.flow();
        Transaction t = new Transaction().add(table);
        for (Hook.Point point : List.of(Hook.Point.PREROUTING, Hook.Point.OUTPUT)) {
            Chain first = table.chain("first-" + point, Hook.filter(point, BEFORE_ALL));
            Chain tracked = table.chain("tracked-" + point, Hook.filter(point, AFTER_TRACKING));
            t.add(first).add(tracked);
            addressed(t, first, flow);
            masked(t, first, watch);
            tracked(t, tracked, flow);
        }
        for (Hook.Point point : List.of(Hook.Point.INPUT, Hook.Point.FORWARD, Hook.Point.POSTROUTING)) {
            t.add(table.chain("last-" + point, Hook.filter(point, LAST)));
        }
        return t;
    }

    private static void addressed(Transaction t, Chain chain, Flow flow) {
        boolean ipv4 = flow.family() == Family.IPV4;
        Field source = ipv4 ? IP_SADDR : IP6_SADDR;
        Field destination = ipv4 ? IP_DADDR : IP6_DADDR;
        Object client = flow.source().ip();
        Object asked = flow.destination().ip();
        if (!flow.protocol().hasPorts()) {
            echo(t, chain, flow, Tuples.request(flow.family()), source.is(client), destination.is(asked));
            echo(t, chain, flow, Tuples.reply(flow.family()), source.is(asked), destination.is(client));
        } else if (isAnyPort(flow)) {
            int port = flow.destination().port();
            t.add(chain.rule(opening(flow.protocol(), TH_DPORT.is(port), source.is(client), destination.is(asked))));
            t.add(chain.rule(opening(flow.protocol(), TH_SPORT.is(port), source.is(asked), destination.is(client))));
        } else {
            int port = flow.source().port();
            t.add(chain.rule(opening(flow.protocol(), TH_SPORT.is(port), source.is(client))));
            t.add(chain.rule(opening(flow.protocol(), TH_DPORT.is(port), destination.is(client))));
        }
    }

    /** By its identifier, where that is known. */
    private static void echo(Transaction t, Chain chain, Flow flow, int type, Statement source, Statement destination) {
        List<Statement> matches = new ArrayList<>(List.of(destination));
        matches.add((flow.family() == Family.IPV4 ? ICMP_TYPE : ICMPV6_TYPE).is(type));
        if (!isAnyPort(flow)) {
            matches.add(ECHO_ID.is(flow.source().port()));
        }
        t.add(chain.rule(opening(flow.protocol(), source, matches.toArray(Statement[]::new))));
    }

    private static void masked(Transaction t, Chain chain, Watch watch) {
        boolean ipv4 = watch.flow().family() == Family.IPV4;
        Field source = ipv4 ? IP_SADDR : IP6_SADDR;
        Field destination = ipv4 ? IP_DADDR : IP6_DADDR;
        Protocol protocol = watch.flow().protocol();
        for (Ip mask : watch.masks()) {
            for (int port :
                    watch.targets().stream().map(IpPort::port).distinct().toList()) {
                t.add(chain.rule(opening(protocol, TH_DPORT.is(port), source.is(mask))));
                t.add(chain.rule(opening(protocol, TH_SPORT.is(port), destination.is(mask))));
            }
        }
    }

    private static void tracked(Transaction t, Chain chain, Flow flow) {
        boolean ipv4 = flow.family() == Family.IPV4;
        Statement client = (ipv4 ? CT_ORIGINAL_IP_SADDR : CT_ORIGINAL_IP6_SADDR)
                .is(flow.source().ip());
        Statement which = !isAnyPort(flow)
                ? CT_ORIGINAL_PROTO_SRC.is(flow.source().port()) // of an echo, the kernel has its identifier there
                : flow.protocol().hasPorts()
                        ? CT_ORIGINAL_PROTO_DST.is(flow.destination().port())
                        : (ipv4 ? CT_ORIGINAL_IP_DADDR : CT_ORIGINAL_IP6_DADDR)
                                .is(flow.destination().ip());
        if (flow.protocol().hasPorts()) {
            t.add(chain.rule(opening(flow.protocol(), client, which)));
        }
        t.add(chain.rule(META_L4PROTO.is(ipv4 ? "icmp" : "ipv6-icmp"), client, which, META_NFTRACE.set(1)));
    }

    private static boolean isAnyPort(Flow flow) {
        return flow.source().port() == 0;
    }

    /** @param rarest comes first: every packet of the node is asked for it, and nearly all of them for nothing else */
    private static Statement[] opening(Protocol protocol, Statement rarest, Statement... matches) {
        List<Statement> statements = new ArrayList<>();
        statements.add(rarest);
        statements.add(META_L4PROTO.is(protocol.toString()));
        statements.addAll(List.of(matches));
        if (protocol == Protocol.TCP) {
            statements.add(TCP_FLAGS.is("syn,rst"));
        }
        statements.add(META_NFTRACE.set(1));
        return statements.toArray(Statement[]::new);
    }

    /** Whether a packet came through to the sockets of the namespace. */
    static boolean isLastOfInput(Pass pass) {
        return pass.table().startsWith(NAME) && pass.chain().equals("last-" + Hook.Point.INPUT);
    }

    /** What was told so far. */
    Traces.Heard heard() {
        List<TraceEvent> steps = new ArrayList<>();
        boolean lost = false;
        for (Traces.Heard more = traces.await(Duration.ZERO);
                more.lost() || !more.steps().isEmpty();
                more = traces.await(Duration.ZERO)) {
            steps.addAll(more.steps());
            lost |= more.lost();
        }
        return new Traces.Heard(steps, lost);
    }

    @Override
    public void close() {
        nftables.close();
        traces.close();
    }
}
