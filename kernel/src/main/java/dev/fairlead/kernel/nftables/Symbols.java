package dev.fairlead.kernel.nftables;

import java.util.Optional;

/** nft's names for numbers, by type, in the order in which nft prints those of a set of bits. */
final class Symbols {
    record Symbol(String name, int number) {}

    private static final Symbol[] NOTHING = {};
    private static final Symbol[] NF_PROTO = table("ipv4 2 ipv6 10");
    private static final Symbol[] ETHER_TYPE = table("ip 2048 arp 2054 ip6 34525 8021q 33024 8021ad 34984");
    private static final Symbol[] INET_PROTO =
            table("icmp 1 igmp 2 tcp 6 udp 17 dccp 33 gre 47 esp 50 ah 51 ipv6-icmp 58 sctp 132 udplite 136 icmpv6 58");
    private static final Symbol[] ICMP = table("echo-reply 0 destination-unreachable 3 source-quench 4 redirect 5"
            + " echo-request 8 router-advertisement 9 router-solicitation 10 time-exceeded 11 parameter-problem 12"
            + " timestamp-request 13 timestamp-reply 14 info-request 15 info-reply 16 address-mask-request 17"
            + " address-mask-reply 18");
    private static final Symbol[] ICMPV6 = table("destination-unreachable 1 packet-too-big 2 time-exceeded 3"
            + " parameter-problem 4 echo-request 128 echo-reply 129 mld-listener-query 130 mld-listener-report 131"
            + " mld-listener-done 132 nd-router-solicit 133 nd-router-advert 134 nd-neighbor-solicit 135"
            + " nd-neighbor-advert 136 nd-redirect 137 router-renumbering 138 ind-neighbor-solicit 141"
            + " ind-neighbor-advert 142 mld2-listener-report 143");
    private static final Symbol[] TCP_FLAG = table("fin 1 syn 2 rst 4 psh 8 ack 16 urg 32 ecn 64 cwr 128");
    private static final Symbol[] STATE = table("invalid 1 established 2 related 4 new 8 untracked 64");
    private static final Symbol[] DIRECTION = table("original 0 reply 1");
    private static final Symbol[] STATUS =
            table("expected 1 seen-reply 2 assured 4 confirmed 8 snat 16 dnat 32 dying 512");
    private static final Symbol[] PKT_TYPE = table("host 0 broadcast 1 multicast 2 other 3 unicast 0");
    private static final Symbol[] FIB_ADDRTYPE = table(
            "unspec 0 unicast 1 local 2 broadcast 3 anycast 4 multicast 5" + " blackhole 6 unreachable 7 prohibit 8");
    private static final Symbol[] BOOLEAN = table("missing 0 exists 1");

    private Symbols() {}

    private static Symbol[] table(String text) {
        String[] words = text.split(" ");
        Symbol[] symbols = new Symbol[words.length / 2];
        for (int i = 0; i < symbols.length; i++) {
            symbols[i] = new Symbol(words[2 * i], Integer.parseInt(words[2 * i + 1]));
        }
        return symbols;
    }

    static Symbol[] of(ScalarType type) {
        return switch (type) {
            case NF_PROTO -> NF_PROTO;
            case ETHER_TYPE -> ETHER_TYPE;
            case INET_PROTO -> INET_PROTO;
            case ICMP -> ICMP;
            case ICMPV6 -> ICMPV6;
            case TCP_FLAG -> TCP_FLAG;
            case STATE -> STATE;
            case DIRECTION -> DIRECTION;
            case STATUS -> STATUS;
            case PKT_TYPE -> PKT_TYPE;
            case FIB_ADDRTYPE -> FIB_ADDRTYPE;
            case BOOLEAN, PRESENCE -> BOOLEAN;
            default -> NOTHING;
        };
    }

    /** The number of a name, -1 where the type has no such name. */
    static int number(ScalarType type, String name) {
        for (Symbol symbol : of(type)) {
            if (symbol.name.equals(name)) {
                return symbol.number;
            }
        }
        return -1;
    }

    /** The first name of a number. */
    static Optional<String> name(ScalarType type, long number) {
        for (Symbol symbol : of(type)) {
            if (symbol.number == number) {
                return Optional.of(symbol.name);
            }
        }
        return Optional.empty();
    }
}
