package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.Field.Needs;
import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.kernel.nftables.expression.Masq;
import dev.fairlead.kernel.nftables.expression.Nat;
import dev.fairlead.kernel.nftables.expression.NatFlags;
import dev.fairlead.kernel.nftables.expression.Redir;
import dev.fairlead.kernel.nftables.expression.Reject;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import java.nio.ByteOrder;

/** Address translation and refusal in nft's words. */
final class NatText {
    private static final String[] ICMP = {
        "net-unreachable",
        "host-unreachable",
        "prot-unreachable",
        "port-unreachable",
        "frag-needed",
        "5",
        "6",
        "7",
        "8",
        "net-prohibited",
        "host-prohibited",
        "11",
        "12",
        "admin-prohibited"
    };
    private static final String[] ICMPV6 = {
        "no-route", "admin-prohibited", "2", "addr-unreachable", "port-unreachable", "policy-fail", "reject-route"
    };
    private static final String[] ICMPX = {"no-route", "port-unreachable", "host-unreachable", "admin-prohibited"};

    private static final int ICMP_PORT_UNREACHABLE = 3;
    private static final int ICMPV6_PORT_UNREACHABLE = 4;

    private NatText() {}

    static String nat(Nat e, RuleContext context) {
        String kind = e.destination() ? "dnat" : "snat";
        boolean named = !context.isSingleFamily()
                || e.addressMin() != Nat.NONE
                        && context.get(e.addressMin()).type().isConcatenation();
        String family = !named ? "" : e.family() == Family.IPV4 ? " ip" : " ip6";
        return kind + family + " to " + target(e, context) + NatFlags.text(e.flags());
    }

    private static String target(Nat e, RuleContext context) {
        String port = ports(e.portMin(), e.portMax(), context);
        if (e.addressMin() == Nat.NONE) {
            return port;
        }
        Loaded from = context.use(e.addressMin());
        if (!from.isConstant()) {
            return from.text(); // a map, which holds the port too where there is one
        }
        String address = address(from);
        if (e.addressMax() != Nat.NONE && e.addressMax() != e.addressMin()) {
            address += "-" + address(context.use(e.addressMax()));
        }
        return port.isEmpty() || e.family() == Family.IPV4 ? address + port : "[" + address + "]" + port;
    }

    private static String address(Loaded loaded) {
        Bytes bytes = loaded.constant();
        return bytes.length() == 4 || bytes.length() == 16
                ? Ip.of(bytes.toArray()).toString()
                : MatchText.value(loaded);
    }

    private static String ports(int min, int max, RuleContext context) {
        if (min == Nat.NONE) {
            return "";
        }
        String text = ":" + port(context.use(min));
        return max == Nat.NONE || max == min ? text : text + "-" + port(context.use(max));
    }

    private static String port(Loaded loaded) {
        return loaded.isConstant()
                ? Long.toString(loaded.constant().number(ByteOrder.BIG_ENDIAN))
                : MatchText.value(loaded);
    }

    static String masquerade(Masq e, RuleContext context) {
        String ports = ports(e.portMin(), e.portMax(), context);
        return "masquerade" + (ports.isEmpty() ? "" : " to " + ports) + NatFlags.text(e.flags());
    }

    static String redirect(Redir e, RuleContext context) {
        String ports = ports(e.portMin(), e.portMax(), context);
        return "redirect" + (ports.isEmpty() ? "" : " to " + ports) + NatFlags.text(e.flags());
    }

    static String reject(Reject e, RuleContext context) {
        return switch (e.type()) {
            case Reject.TCP_RESET -> {
                if (context.isSingleFamily()) {
                    context.implied(Needs.TCP);
                }
                yield "reject with tcp reset";
            }
            case Reject.ICMPX ->
                e.code() == Reject.ICMPX_PORT_UNREACHABLE ? "reject" : "reject with icmpx " + name(ICMPX, e.code());
            default -> {
                boolean ipv6 = context.isIpv6();
                context.implied(ipv6 ? Needs.IPV6 : Needs.IPV4);
                if (context.isSingleFamily() && e.code() == (ipv6 ? ICMPV6_PORT_UNREACHABLE : ICMP_PORT_UNREACHABLE)) {
                    yield "reject";
                }
                yield ipv6
                        ? "reject with icmpv6 " + name(ICMPV6, e.code())
                        : "reject with icmp " + name(ICMP, e.code());
            }
        };
    }

    private static String name(String[] names, int code) {
        return code < names.length ? names[code] : Integer.toString(code);
    }
}
