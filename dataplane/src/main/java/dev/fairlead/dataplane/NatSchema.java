package dev.fairlead.dataplane;

import static dev.fairlead.kernel.nftables.Fields.CT_STATUS;
import static dev.fairlead.kernel.nftables.Fields.FIB_DADDR_TYPE;
import static dev.fairlead.kernel.nftables.Fields.IIFNAME;
import static dev.fairlead.kernel.nftables.Fields.IP6_DADDR;
import static dev.fairlead.kernel.nftables.Fields.IP6_SADDR;
import static dev.fairlead.kernel.nftables.Fields.IP_DADDR;
import static dev.fairlead.kernel.nftables.Fields.IP_SADDR;
import static dev.fairlead.kernel.nftables.Fields.META_L4PROTO;
import static dev.fairlead.kernel.nftables.Fields.META_NFPROTO;
import static dev.fairlead.kernel.nftables.Fields.OIFNAME;
import static dev.fairlead.kernel.nftables.Fields.TH_DPORT;
import static dev.fairlead.kernel.nftables.Nats.dnat;
import static dev.fairlead.kernel.nftables.Nats.masquerade;
import static dev.fairlead.kernel.nftables.Selector.concat;
import static dev.fairlead.kernel.nftables.Statement.drop;
import static dev.fairlead.kernel.nftables.Statement.jump;
import static dev.fairlead.kernel.nftables.Statement.returns;

import dev.fairlead.kernel.nftables.Chain;
import dev.fairlead.kernel.nftables.Field;
import dev.fairlead.kernel.nftables.Hook;
import dev.fairlead.kernel.nftables.Hook.Point;
import dev.fairlead.kernel.nftables.NftSet;
import dev.fairlead.kernel.nftables.Rule;
import dev.fairlead.kernel.nftables.ScalarType;
import dev.fairlead.kernel.nftables.SetType;
import dev.fairlead.kernel.nftables.Table;
import dev.fairlead.kernel.nftables.TableFamily;
import dev.fairlead.kernel.nftables.Transaction;
import dev.fairlead.packet.Family;
import java.util.ArrayList;
import java.util.List;

/**
 * The fixed part of table {@code inet fairlead-nat}: base chains, maps and sets, and the rules between them. A packet meets,
 * in this order:
 *
 * <table>
 *   <caption>Chains</caption>
 *   <tr><td>loopback-guard</td><td>nobody but this node may use addresses of 127.0.0.0/8, which the kernel no longer sees to
 *     on devices where {@code route_localnet} is on</td></tr>
 *   <tr><td>nat-prerouting, nat-output</td><td>a new connection to an address of the node is looked up in the maps of host
 *     ports: DNAT to the pod. After Services, whose addresses are the cluster's word and not one node's</td></tr>
 *   <tr><td>nat-postrouting</td><td>masquerade where the reply would not come back here otherwise: a pod that reaches itself,
 *     this node by 127.0.0.1; and where the world outside doesn't know the way to a pod</td></tr>
 * </table>
 *
 * A connection to {@code ::1} stays here: the kernel routes no packet from ::1 to another device.
 */
final class NatSchema {
    static final Table TABLE = Table.of(TableFamily.INET, "fairlead-nat")
            .commented("host ports and masquerade, by Fairlead: changes made here are lost");

    /** The maps and sets of one family. */
    record Sets(
            NftSet ports,
            NftSet addressPorts,
            NftSet hairpins,
            NftSet masqueraded,
            NftSet unmasqueraded,
            NftSet direct) {

        private static Sets of(String suffix, ScalarType address) {
            SetType pod = SetType.of(address, ScalarType.INET_SERVICE);
            return new Sets(
                    TABLE.map("ports" + suffix, SetType.of(ScalarType.INET_PROTO, ScalarType.INET_SERVICE), pod)
                            .commented("protocol and port, on all addresses of the node, to a pod's"),
                    TABLE.map(
                                    "address-ports" + suffix,
                                    SetType.of(address, ScalarType.INET_PROTO, ScalarType.INET_SERVICE),
                                    pod)
                            .commented("the same, on one address of the node"),
                    TABLE.set("hairpins" + suffix, address, address)
                            .interval()
                            .commented("who would be answered past this node's IP layer, and by whom"),
                    TABLE.set("masqueraded" + suffix, address)
                            .interval()
                            .commented("pods that leave the pod network with the node's address"),
                    TABLE.set("unmasqueraded" + suffix, address).commented("and pods of these that don't"),
                    TABLE.set("direct" + suffix, address)
                            .interval()
                            .commented("destinations that see a pod's own address"));
        }

        List<NftSet> all() {
            return List.of(ports, addressPorts, hairpins, masqueraded, unmasqueraded, direct);
        }
    }

    static final Sets IPV4 = Sets.of("", ScalarType.IPV4_ADDR);
    static final Sets IPV6 = Sets.of("6", ScalarType.IPV6_ADDR);
    static final NftSet LOOPBACK_DEVICES =
            TABLE.set("loopback-devices", ScalarType.IFNAME).commented("by which 127.0.0.1 reaches pods");

    private static final String LOOPBACK = "127.0.0.0/8";
    private static final int AFTER_SERVICES = 5;

    private static final Chain PORTS = TABLE.chain("host-ports");
    private static final Chain LOOPBACK_GUARD = TABLE.chain("loopback-guard", Hook.filter(Point.PREROUTING, Hook.RAW));
    private static final Chain NAT_PREROUTING =
            TABLE.chain("nat-prerouting", Hook.nat(Point.PREROUTING, Hook.DSTNAT + AFTER_SERVICES));
    private static final Chain NAT_OUTPUT =
            TABLE.chain("nat-output", Hook.nat(Point.OUTPUT, Hook.DSTNAT + AFTER_SERVICES));
    private static final Chain NAT_POSTROUTING =
            TABLE.chain("nat-postrouting", Hook.nat(Point.POSTROUTING, Hook.SRCNAT + AFTER_SERVICES));

    private NatSchema() {}

    static Sets sets(Family family) {
        return family == Family.IPV4 ? IPV4 : IPV6;
    }

    /** Takes out what is there of our table, and puts in all of it but the elements. */
    static Transaction replaceTable(String bridge) {
        Transaction t = new Transaction().destroy(TABLE).add(TABLE);
        IPV4.all().forEach(t::add);
        IPV6.all().forEach(t::add);
        t.add(LOOPBACK_DEVICES);
        for (Chain chain : List.of(PORTS, LOOPBACK_GUARD, NAT_PREROUTING, NAT_OUTPUT, NAT_POSTROUTING)) {
            t.add(chain);
        }
        rules(bridge).forEach(t::add);
        return t;
    }

    /** All rules, each chain's in order. */
    static List<Rule> rules(String bridge) {
        List<Rule> rules = new ArrayList<>();
        rules.add(LOOPBACK_GUARD.rule(IIFNAME.in(LOOPBACK_DEVICES), IP_DADDR.is(LOOPBACK), drop()));
        rules.add(LOOPBACK_GUARD.rule(IIFNAME.in(LOOPBACK_DEVICES), IP_SADDR.is(LOOPBACK), drop()));
        rules.add(NAT_PREROUTING.rule(FIB_DADDR_TYPE.is("local"), jump("host-ports")));
        rules.add(NAT_OUTPUT.rule(IP6_DADDR.is("::1"), returns()));
        rules.add(NAT_OUTPUT.rule(FIB_DADDR_TYPE.is("local"), jump("host-ports")));
        translation(rules, "ipv4", IP_DADDR, IPV4);
        translation(rules, "ipv6", IP6_DADDR, IPV6);
        hairpin(rules, IP_SADDR, IP_DADDR, IPV4);
        hairpin(rules, IP6_SADDR, IP6_DADDR, IPV6);
        rules.add(NAT_POSTROUTING
                .rule(CT_STATUS.is("dnat"), OIFNAME.in(LOOPBACK_DEVICES), IP_SADDR.is(LOOPBACK), masquerade())
                .commented("this node by 127.0.0.1"));
        outgoing(rules, bridge, IP_SADDR, IP_DADDR, IPV4);
        outgoing(rules, bridge, IP6_SADDR, IP6_DADDR, IPV6);
        return rules;
    }

    /** A key that isn't in the map ends the rule, and the next one is tried. */
    private static void translation(List<Rule> rules, String family, Field destination, Sets sets) {
        rules.add(PORTS.rule(dnat(concat(destination, META_L4PROTO, TH_DPORT).map(sets.addressPorts()))));
        rules.add(PORTS.rule(
                META_NFPROTO.is(family), dnat(concat(META_L4PROTO, TH_DPORT).map(sets.ports()))));
    }

    private static void hairpin(List<Rule> rules, Field source, Field destination, Sets sets) {
        rules.add(NAT_POSTROUTING
                .rule(CT_STATUS.is("dnat"), concat(source, destination).in(sets.hairpins()), masquerade())
                .commented("a pod that reaches itself by its host port"));
    }

    private static void outgoing(List<Rule> rules, String bridge, Field source, Field destination, Sets sets) {
        rules.add(NAT_POSTROUTING
                .rule(
                        source.in(sets.masqueraded()),
                        source.notIn(sets.unmasqueraded()),
                        destination.notIn(sets.direct()),
                        OIFNAME.isNot(bridge),
                        masquerade())
                .commented("out of the pod network"));
    }
}
