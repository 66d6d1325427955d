package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.Field.Needs;
import dev.fairlead.kernel.nftables.expression.Byteorder;
import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.kernel.nftables.expression.Cmp;
import dev.fairlead.kernel.nftables.expression.Expression;
import dev.fairlead.kernel.nftables.expression.Lookup;
import dev.fairlead.kernel.nftables.expression.Meta;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns statements into the expressions that {@code nft} would make of them, with what they depend on in front, once.
 * Confined to one thread.
 */
final class RuleCompiler {
    private static final int NFPROTO_IPV4 = 2;
    private static final int NFPROTO_IPV6 = 10;
    private static final int ETH_P_IP = 0x0800;
    private static final int ETH_P_IPV6 = 0x86dd;
    private static final int ARPHRD_ETHER = 1;
    private static final int UNKNOWN = -1;

    private final Chain chain;
    private final List<Expression> code = new ArrayList<>();
    private final List<FilledSet> sets = new ArrayList<>();

    /** What the rule knows so far about every packet that gets here. */
    private int network;

    private int transport = UNKNOWN;
    private boolean ethernet;

    private RuleCompiler(Chain chain) {
        this.chain = chain;
        this.network = switch (chain.family()) {
            case IP -> NFPROTO_IPV4;
            case IP6 -> NFPROTO_IPV6;
            case INET, ARP, NETDEV, BRIDGE -> UNKNOWN;
        };
        this.ethernet = chain.family() == TableFamily.BRIDGE || chain.family() == TableFamily.NETDEV;
    }

    static Rule compile(Chain chain, Statement... statements) {
        RuleCompiler compiler = new RuleCompiler(chain);
        for (Statement statement : statements) {
            statement.compile(compiler);
        }
        return new Rule(chain.family(), chain.table(), chain.name(), 0, 0, compiler.code, "", compiler.sets);
    }

    TableFamily family() {
        return chain.family();
    }

    void emit(Expression expression) {
        code.add(expression);
    }

    /** Makes sure the packet is what a field needs. */
    void require(Needs needs, String field) {
        switch (needs) {
            case NOTHING -> {}
            case IPV4 -> requireNetwork(NFPROTO_IPV4, field, code.size());
            case IPV6 -> requireNetwork(NFPROTO_IPV6, field, code.size());
            case ICMP -> {
                requireNetwork(NFPROTO_IPV4, field, code.size());
                requireTransport(1, field, code.size());
            }
            case ICMPV6 -> {
                requireNetwork(NFPROTO_IPV6, field, code.size());
                requireTransport(58, field, code.size());
            }
            case TCP -> requireTransport(6, field, code.size());
            case UDP -> requireTransport(17, field, code.size());
            case SCTP -> requireTransport(132, field, code.size());
            case ETHERNET -> requireEthernet();
        }
    }

    /** As nft does for {@code reject}: in front of the whole rule. */
    void requireFirst(Needs needs, String statement) {
        switch (needs) {
            case IPV4 -> requireNetwork(NFPROTO_IPV4, statement, 0);
            case IPV6 -> requireNetwork(NFPROTO_IPV6, statement, 0);
            case TCP -> requireTransport(6, statement, 0);
            default -> require(needs, statement);
        }
    }

    private void requireNetwork(int wanted, String what, int at) {
        if (network == UNKNOWN) {
            boolean byEtherType = chain.family() == TableFamily.BRIDGE || chain.family() == TableFamily.NETDEV;
            Bytes value = byEtherType ? Bytes.be16(wanted == NFPROTO_IPV4 ? ETH_P_IP : ETH_P_IPV6) : Bytes.u8(wanted);
            code.add(at, new Meta.Load(byEtherType ? Meta.Key.PROTOCOL : Meta.Key.NFPROTO, 1));
            code.add(at + 1, new Cmp(Cmp.Operator.EQ, 1, value));
            network = wanted;
        } else if (network != wanted) {
            throw contradiction(what, network == NFPROTO_IPV4 ? "IPv4" : "IPv6");
        }
    }

    private void requireTransport(int wanted, String what, int at) {
        if (transport == UNKNOWN) {
            code.add(at, new Meta.Load(Meta.Key.L4PROTO, 1));
            code.add(at + 1, new Cmp(Cmp.Operator.EQ, 1, Bytes.u8(wanted)));
            transport = wanted;
        } else if (transport != wanted) {
            throw contradiction(what, Scalars.text(ScalarType.INET_PROTO, Bytes.u8(transport)));
        }
    }

    private void requireEthernet() {
        if (!ethernet) {
            emit(new Meta.Load(Meta.Key.IIFTYPE, 1));
            emit(new Cmp(Cmp.Operator.EQ, 1, Bytes.host16(ARPHRD_ETHER)));
            ethernet = true;
        }
    }

    private IllegalArgumentException contradiction(String what, String known) {
        return new IllegalArgumentException(
                "'" + what + "' can't follow in a rule of " + chain + " that only sees " + known + " packets");
    }

    /** Takes note of what an equality says about the packet. */
    void learn(Field field, Bytes value) {
        if (field == Fields.META_NFPROTO) {
            network = value.at(0);
        } else if (field == Fields.META_PROTOCOL) {
            int type = (int) value.number(ByteOrder.BIG_ENDIAN);
            network = type == ETH_P_IP ? NFPROTO_IPV4 : type == ETH_P_IPV6 ? NFPROTO_IPV6 : UNKNOWN;
        } else if (field == Fields.META_L4PROTO || field == Fields.IP_PROTOCOL || field == Fields.IP6_NEXTHDR) {
            transport = value.at(0);
        }
    }

    /** Loads a set's key, in network byte order where the set compares intervals. */
    void loadKey(Selector key, NftSet set, int register) {
        key.load(this, register);
        if (!set.isInterval()) {
            return;
        }
        int slot = Registers.slot(register);
        for (ScalarType scalar : key.type().scalars()) {
            if (NetworkOrder.applies(scalar)) {
                toNetworkOrder(Registers.of(slot), scalar);
            }
            slot += scalar.padded() / 4;
        }
    }

    void toNetworkOrder(int register, ScalarType type) {
        emit(new Byteorder(register, register, true, type.length(), type.length()));
    }

    void lookup(String set, int id, boolean inverted) {
        emit(new Lookup(set, id, 1, Lookup.NOWHERE, inverted));
    }

    void lookupInto(String set, int id, int register) {
        emit(new Lookup(set, id, 1, register, false));
    }

    /** Adds a set of this rule's own and gives back its number within the rule. */
    int addSet(FilledSet set) {
        NftSet named =
                set.set().in(chain.family(), chain.table()).size(set.elements().size());
        sets.add(new FilledSet(named, set.elements()));
        return sets.size();
    }

    /** A set without a name or table yet; the kernel replaces the {@code %d}. */
    static FilledSet anonymous(SetType key, SetType value, List<Element> elements) {
        int flags = NftSet.ANONYMOUS | NftSet.CONSTANT;
        for (Element element : elements) {
            flags |= element.isRange() ? NftSet.INTERVAL : 0;
        }
        boolean map = !value.equals(SetType.NONE);
        NftSet set = NftSet.of(TableFamily.INET, "-", map ? "__map%d" : "__set%d", key, value);
        return new FilledSet(set.flag(flags), elements);
    }
}
