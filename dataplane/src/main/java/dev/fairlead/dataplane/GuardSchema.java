package dev.fairlead.dataplane;

import static dev.fairlead.kernel.nftables.Fields.ETHER_SADDR;
import static dev.fairlead.kernel.nftables.Fields.ETHER_TYPE;
import static dev.fairlead.kernel.nftables.Fields.ICMPV6_TYPE;
import static dev.fairlead.kernel.nftables.Fields.IIFNAME;
import static dev.fairlead.kernel.nftables.Fields.IP6_SADDR;
import static dev.fairlead.kernel.nftables.Fields.IP_SADDR;
import static dev.fairlead.kernel.nftables.Fields.META_L4PROTO;
import static dev.fairlead.kernel.nftables.Fields.UDP_DPORT;
import static dev.fairlead.kernel.nftables.Fields.UDP_SPORT;
import static dev.fairlead.kernel.nftables.Selector.concat;
import static dev.fairlead.kernel.nftables.Statement.accept;
import static dev.fairlead.kernel.nftables.Statement.counter;
import static dev.fairlead.kernel.nftables.Statement.drop;
import static dev.fairlead.kernel.nftables.Statement.goTo;

import dev.fairlead.kernel.nftables.Chain;
import dev.fairlead.kernel.nftables.Field;
import dev.fairlead.kernel.nftables.Fields;
import dev.fairlead.kernel.nftables.Hook;
import dev.fairlead.kernel.nftables.Hook.Point;
import dev.fairlead.kernel.nftables.NftSet;
import dev.fairlead.kernel.nftables.ScalarType;
import dev.fairlead.kernel.nftables.Statement;
import dev.fairlead.kernel.nftables.Table;
import dev.fairlead.kernel.nftables.TableFamily;
import dev.fairlead.kernel.nftables.Transaction;
import dev.fairlead.kernel.nftables.expression.Payload.Header;
import java.util.List;

/**
 * The fixed part of table {@code bridge fairlead-guard}. Each frame that enters the bridge by a guarded port is held against
 * that port's own addresses, before any other chain sees it; what is right leaves after one look into a set.
 *
 * <table>
 *   <caption>Chains</caption>
 *   <tr><td>prerouting</td><td>IPv4 and IPv6 with the port's own MAC and IP address go on; the rest of a guarded port is
 *     looked at more closely</td></tr>
 *   <tr><td>guarded</td><td>the MAC address; then by protocol. VLAN tags and other protocols don't pass, since addresses
 *     could hide behind them</td></tr>
 *   <tr><td>arp</td><td>sender MAC and IP address (RFC 826); a probe has no IP address yet (RFC 5227)</td></tr>
 *   <tr><td>ipv4</td><td>a DHCP client has no address yet; nothing else does without</td></tr>
 *   <tr><td>icmpv6</td><td>neighbour discovery (RFC 4861): a pod may only speak for its own addresses, and is no router
 *     (CVE-2020-10749)</td></tr>
 * </table>
 */
final class GuardSchema {
    static final Table TABLE = Table.of(TableFamily.BRIDGE, "fairlead-guard")
            .commented("what pods may send as, by Fairlead: changes made here are lost");

    static final NftSet PORTS = TABLE.set("ports", ScalarType.IFNAME).commented("bridge ports of guarded pods");
    static final NftSet UNGUARDED =
            TABLE.set("unguarded", ScalarType.IFNAME).commented("bridge ports of pods that may send as they like");
    static final NftSet MACS =
            TABLE.set("macs", ScalarType.IFNAME, ScalarType.ETHER_ADDR).commented("each port's own MAC address");
    static final NftSet IPS = TABLE.set("ips", ScalarType.IFNAME, ScalarType.ETHER_ADDR, ScalarType.IPV4_ADDR)
            .commented("each port's own IPv4 addresses");
    static final NftSet IPS6 = TABLE.set("ips6", ScalarType.IFNAME, ScalarType.ETHER_ADDR, ScalarType.IPV6_ADDR)
            .commented("each port's own IPv6 addresses, the link-local one too");
    static final List<NftSet> SETS = List.of(PORTS, UNGUARDED, MACS, IPS, IPS6);

    /** Before {@code dstnat} of bridge tables, -300, which is the first that anybody uses. */
    private static final int FIRST = -310;

    private static final Chain PREROUTING = TABLE.chain("prerouting", Hook.filter(Point.PREROUTING, FIRST));
    private static final Chain GUARDED = TABLE.chain("guarded");
    private static final Chain ARP = TABLE.chain("arp");
    private static final Chain IPV4 = TABLE.chain("ipv4");
    private static final Chain IPV6 = TABLE.chain("ipv6");
    private static final Chain ICMPV6 = TABLE.chain("icmpv6");

    /** {@code ar_sha} and {@code ar_sip} of Ethernet and IPv4, {@code <linux/if_arp.h>}. */
    private static final Field ARP_SENDER_MAC = Fields.raw(Header.NETWORK, 8, ScalarType.ETHER_ADDR);

    private static final Field ARP_SENDER_IP = Fields.raw(Header.NETWORK, 14, ScalarType.IPV4_ADDR);

    /** The target of a neighbour solicitation or advertisement, RFC 4861 4.3 and 4.4. */
    private static final Field ND_TARGET = Fields.raw(Header.TRANSPORT, 8, ScalarType.IPV6_ADDR);

    private static final int OPTIONS_OF_NEIGHBOUR = 24;
    private static final int OPTIONS_OF_ROUTER_SOLICITATION = 8;

    /** Type and length of the options for the source's and the target's link-layer address, RFC 4861 4.6.1. */
    private static final String SOURCE_MAC = "0x0101";

    private static final String TARGET_MAC = "0x0201";

    private GuardSchema() {}

    /** Takes out what is there of our table, and puts in all of it but what depends on pods. */
    static Transaction replaceTable() {
        Transaction t = removeTable().add(TABLE);
        SETS.forEach(t::add);
        for (Chain chain : List.of(GUARDED, ARP, IPV4, IPV6, ICMPV6, PREROUTING)) {
            t.add(chain);
        }
        t.add(PREROUTING.rule(concat(IIFNAME, ETHER_SADDR, IP_SADDR).in(IPS), accept()));
        t.add(PREROUTING.rule(
                concat(IIFNAME, ETHER_SADDR, IP6_SADDR).in(IPS6), META_L4PROTO.isNot("icmpv6"), accept()));
        t.add(PREROUTING.rule(IIFNAME.in(PORTS), goTo("guarded")));
        refuse(
                t,
                GUARDED,
                "a MAC address that is not the pod's",
                concat(IIFNAME, ETHER_SADDR).notIn(MACS));
        t.add(GUARDED.rule(ETHER_TYPE.is("arp"), goTo("arp")));
        t.add(GUARDED.rule(ETHER_TYPE.is("ip"), goTo("ipv4")));
        t.add(GUARDED.rule(ETHER_TYPE.is("ip6"), goTo("ipv6")));
        refuse(t, GUARDED, "neither IPv4 nor IPv6 nor ARP");
        arp(t);
        t.add(IPV4.rule(IP_SADDR.is("0.0.0.0"), UDP_SPORT.is(68), UDP_DPORT.is(67), accept()));
        refuse(t, IPV4, "an IPv4 address that is not the pod's");
        t.add(IPV6.rule(META_L4PROTO.is("icmpv6"), goTo("icmpv6")));
        ownIpv6(t, IPV6);
        icmpv6(t);
        return t;
    }

    /** Also where there is none; {@code destroy} would say it in one word, but is of Linux 6.3. */
    static Transaction removeTable() {
        return new Transaction().add(TABLE).delete(TABLE);
    }

    private static void arp(Transaction t) {
        t.add(ARP.rule(concat(IIFNAME, ARP_SENDER_MAC, ARP_SENDER_IP).in(IPS), accept()));
        t.add(ARP.rule(concat(IIFNAME, ARP_SENDER_MAC).in(MACS), ARP_SENDER_IP.is("0.0.0.0"), accept()));
        refuse(t, ARP, "ARP for an address that is not the pod's");
    }

    private static void icmpv6(Transaction t) {
        refuse(t, ICMPV6, "a pod is no router", ICMPV6_TYPE.isOneOf("nd-router-advert", "nd-redirect"));
        refuse(
                t,
                ICMPV6,
                "an advertisement of an address that is not the pod's",
                ICMPV6_TYPE.is("nd-neighbor-advert"),
                concat(IIFNAME, ETHER_SADDR, ND_TARGET).notIn(IPS6));
        ownMac(t, "nd-neighbor-advert", OPTIONS_OF_NEIGHBOUR, TARGET_MAC);
        ownMac(t, "nd-neighbor-solicit", OPTIONS_OF_NEIGHBOUR, SOURCE_MAC);
        ownMac(t, "nd-router-solicit", OPTIONS_OF_ROUTER_SOLICITATION, SOURCE_MAC);
        // Duplicate address detection and what goes with it come before an address may be used (RFC 4862 5.4, RFC
        // 3590).
        t.add(ICMPV6.rule(
                IP6_SADDR.is("::"),
                ICMPV6_TYPE.is("nd-neighbor-solicit"),
                concat(IIFNAME, ETHER_SADDR, ND_TARGET).in(IPS6),
                accept()));
        t.add(ICMPV6.rule(
                IP6_SADDR.is("::"),
                ICMPV6_TYPE.isOneOf(
                        "nd-router-solicit", "mld-listener-report", "mld-listener-done", "mld2-listener-report"),
                accept()));
        ownIpv6(t, ICMPV6);
    }

    /** Only the first option is looked at: the address that it would be taken for is the pod's own in any case. */
    private static void ownMac(Transaction t, String type, int options, String option) {
        refuse(
                t,
                ICMPV6,
                type + " with a MAC address that is not the pod's",
                ICMPV6_TYPE.is(type),
                Fields.raw(Header.TRANSPORT, options, ScalarType.INET_SERVICE).is(option),
                concat(IIFNAME, Fields.raw(Header.TRANSPORT, options + 2, ScalarType.ETHER_ADDR))
                        .notIn(MACS));
    }

    private static void ownIpv6(Transaction t, Chain chain) {
        t.add(chain.rule(concat(IIFNAME, ETHER_SADDR, IP6_SADDR).in(IPS6), accept()));
        refuse(t, chain, "an IPv6 address that is not the pod's");
    }

    private static void refuse(Transaction t, Chain chain, String why, Statement... matches) {
        Statement[] all = java.util.Arrays.copyOf(matches, matches.length + 2);
        all[matches.length] = counter();
        all[matches.length + 1] = drop();
        t.add(chain.rule(all).commented(why));
    }
}
