package dev.fairlead.dataplane;

import static dev.fairlead.kernel.nftables.Fields.CT_ORIGINAL_IP6_DADDR;
import static dev.fairlead.kernel.nftables.Fields.CT_ORIGINAL_IP_DADDR;
import static dev.fairlead.kernel.nftables.Fields.CT_ORIGINAL_PROTO_DST;
import static dev.fairlead.kernel.nftables.Fields.CT_STATE;
import static dev.fairlead.kernel.nftables.Fields.CT_STATUS;
import static dev.fairlead.kernel.nftables.Fields.IP6_DADDR;
import static dev.fairlead.kernel.nftables.Fields.IP6_SADDR;
import static dev.fairlead.kernel.nftables.Fields.IP_DADDR;
import static dev.fairlead.kernel.nftables.Fields.IP_SADDR;
import static dev.fairlead.kernel.nftables.Fields.META_L4PROTO;
import static dev.fairlead.kernel.nftables.Fields.TH_DPORT;
import static dev.fairlead.kernel.nftables.Nats.masqueradeFullyRandom;
import static dev.fairlead.kernel.nftables.Selector.concat;
import static dev.fairlead.kernel.nftables.Statement.drop;
import static dev.fairlead.kernel.nftables.Statement.goTo;
import static dev.fairlead.kernel.nftables.Statement.jump;
import static dev.fairlead.kernel.nftables.Statement.reject;
import static dev.fairlead.kernel.nftables.Statement.rejectWithTcpReset;
import static dev.fairlead.kernel.nftables.Statement.returns;

import dev.fairlead.kernel.nftables.Chain;
import dev.fairlead.kernel.nftables.Field;
import dev.fairlead.kernel.nftables.Hook;
import dev.fairlead.kernel.nftables.Hook.Point;
import dev.fairlead.kernel.nftables.NftSet;
import dev.fairlead.kernel.nftables.ScalarType;
import dev.fairlead.kernel.nftables.Table;
import dev.fairlead.kernel.nftables.TableFamily;
import dev.fairlead.kernel.nftables.Transaction;
import dev.fairlead.packet.Family;
import java.util.List;

/**
 * The fixed part of table {@code inet fairlead}: base chains, sets and maps, and the rules between them. A packet meets, in
 * this order:
 *
 * <table>
 *   <caption>Chains</caption>
 *   <tr><td>nat-prerouting, nat-output</td><td>a new connection to a Service port or a node port goes to that port's chain:
 *     DNAT</td></tr>
 *   <tr><td>refuse-prerouting, refuse-output</td><td>what is still addressed to a Service has nobody to go to: a port that
 *     no Service has or that has no endpoints is rejected, an address that no Service has is dropped. Before routing, since
 *     a Service address has no route</td></tr>
 *   <tr><td>nat-postrouting</td><td>masquerade where the reply would not come back here otherwise: a pod that reaches itself,
 *     clients outside the cluster, and clients of other nodes that come by a node port</td></tr>
 * </table>
 *
 * The reply needs no rule: conntrack undoes what it remembers.
 */
final class ServiceSchema {
    static final Table TABLE =
            Table.of(TableFamily.INET, "fairlead").commented("Services, by Fairlead: changes made here are lost");

    /** The sets and maps of one family; the keys of IPv4 and IPv6 differ in length, so each has its own. */
    record Sets(
            NftSet services,
            NftSet clusterIps,
            NftSet nodePorts,
            NftSet serviceCidrs,
            NftSet sources,
            NftSet ownSources,
            NftSet hairpins) {

        private static Sets of(String suffix, ScalarType address) {
            return new Sets(
                    TABLE.verdictMap("service-ips" + suffix, address, ScalarType.INET_PROTO, ScalarType.INET_SERVICE)
                            .commented("Service address, protocol and port to its chain"),
                    TABLE.set("cluster-ips" + suffix, address).commented("addresses that a Service has"),
                    TABLE.set("node-ports" + suffix, address, ScalarType.INET_PROTO, ScalarType.INET_SERVICE)
                            .commented("ports of this node that a Service has"),
                    TABLE.set("service-cidrs" + suffix, address)
                            .interval()
                            .commented("where Service addresses come from"),
                    TABLE.set("cluster-sources" + suffix, address)
                            .interval()
                            .commented("pods and nodes: everybody else is outside"),
                    TABLE.set("own-sources" + suffix, address).interval().commented("this node and its pods"),
                    TABLE.set("hairpins" + suffix, address, address)
                            .commented("endpoints of this node, to themselves"));
        }

        List<NftSet> all() {
            return List.of(services, clusterIps, nodePorts, serviceCidrs, sources, ownSources, hairpins);
        }
    }

    static final Sets IPV4 = Sets.of("", ScalarType.IPV4_ADDR);
    static final Sets IPV6 = Sets.of("6", ScalarType.IPV6_ADDR);

    private static final Chain SERVICES = TABLE.chain("services");
    private static final Chain REFUSE = TABLE.chain("refuse");
    private static final Chain NO_SUCH_PORT = TABLE.chain("no-such-port");
    private static final Chain MASQUERADING = TABLE.chain("masquerading");
    private static final int AFTER_DNAT = Hook.DSTNAT + 10;
    private static final Chain NAT_PREROUTING = TABLE.chain("nat-prerouting", Hook.nat(Point.PREROUTING, Hook.DSTNAT));
    private static final Chain NAT_OUTPUT = TABLE.chain("nat-output", Hook.nat(Point.OUTPUT, Hook.DSTNAT));
    private static final Chain NAT_POSTROUTING =
            TABLE.chain("nat-postrouting", Hook.nat(Point.POSTROUTING, Hook.SRCNAT));
    private static final Chain REFUSE_PREROUTING =
            TABLE.chain("refuse-prerouting", Hook.filter(Point.PREROUTING, AFTER_DNAT));
    private static final Chain REFUSE_OUTPUT = TABLE.chain("refuse-output", Hook.filter(Point.OUTPUT, AFTER_DNAT));

    private ServiceSchema() {}

    static Sets sets(Family family) {
        return family == Family.IPV4 ? IPV4 : IPV6;
    }

    /** Takes out what is there of our table, and puts in all of it but what depends on Services. */
    static Transaction replaceTable() {
        Transaction t = new Transaction().add(TABLE).delete(TABLE).add(TABLE);
        IPV4.all().forEach(t::add);
        IPV6.all().forEach(t::add);
        for (Chain chain : List.of(SERVICES, REFUSE, NO_SUCH_PORT, MASQUERADING)) {
            t.add(chain);
        }
        for (Chain chain : List.of(NAT_PREROUTING, REFUSE_PREROUTING, NAT_OUTPUT, REFUSE_OUTPUT, NAT_POSTROUTING)) {
            t.add(chain);
        }
        translation(t);
        refusal(t);
        masquerade(t);
        return t;
    }

    private static void translation(Transaction t) {
        t.add(NAT_PREROUTING.rule(jump("services")));
        t.add(NAT_OUTPUT.rule(jump("services")));
        t.add(SERVICES.rule(concat(IP_DADDR, META_L4PROTO, TH_DPORT).vmap(IPV4.services())));
        t.add(SERVICES.rule(concat(IP6_DADDR, META_L4PROTO, TH_DPORT).vmap(IPV6.services())));
    }

    private static void refusal(Transaction t) {
        t.add(REFUSE_PREROUTING.rule(jump("refuse")));
        t.add(REFUSE_OUTPUT.rule(jump("refuse")));
        t.add(REFUSE.rule(CT_STATE.is("established,related"), returns()));
        refusal(t, IP_DADDR, IPV4);
        refusal(t, IP6_DADDR, IPV6);
        t.add(NO_SUCH_PORT.rule(rejectWithTcpReset()));
        t.add(NO_SUCH_PORT.rule(reject()));
    }

    private static void refusal(Transaction t, Field destination, Sets sets) {
        t.add(REFUSE.rule(destination.in(sets.clusterIps()), goTo("no-such-port")));
        t.add(REFUSE.rule(concat(destination, META_L4PROTO, TH_DPORT).in(sets.nodePorts()), goTo("no-such-port")));
        t.add(REFUSE.rule(destination.in(sets.serviceCidrs()), drop()));
    }

    private static void masquerade(Transaction t) {
        t.add(NAT_POSTROUTING.rule(CT_STATUS.is("dnat"), jump("masquerading")));
        masquerade(t, IP_SADDR, IP_DADDR, CT_ORIGINAL_IP_DADDR, IPV4);
        masquerade(t, IP6_SADDR, IP6_DADDR, CT_ORIGINAL_IP6_DADDR, IPV6);
    }

    private static void masquerade(Transaction t, Field source, Field destination, Field asked, Sets sets) {
        t.add(MASQUERADING
                .rule(concat(source, destination).in(sets.hairpins()), masqueradeFullyRandom())
                .commented("a pod that reaches itself"));
        t.add(MASQUERADING
                .rule(asked.in(sets.clusterIps()), source.notIn(sets.sources()), masqueradeFullyRandom())
                .commented("from outside the cluster"));
        t.add(MASQUERADING
                .rule(
                        concat(asked, META_L4PROTO, CT_ORIGINAL_PROTO_DST).in(sets.nodePorts()),
                        source.notIn(sets.ownSources()),
                        masqueradeFullyRandom())
                .commented("to a port of this node"));
    }
}
