package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.Field.Needs;
import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.kernel.nftables.expression.Cmp;
import dev.fairlead.kernel.nftables.expression.Ct;
import dev.fairlead.kernel.nftables.expression.Expression;
import dev.fairlead.kernel.nftables.expression.Fib;
import dev.fairlead.kernel.nftables.expression.Meta;
import dev.fairlead.kernel.nftables.expression.Payload;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What is known while a rule is put into words: the registers, the packet's protocols, and the words so far. Confined to one
 * thread.
 */
final class RuleContext {
    private static final int NOWHERE = -1;

    /** {@code NFT_REG32_COUNT}. */
    private static final int REGISTER_SLOTS = 16;

    private static final int IPV4 = 2;
    private static final int IPV6 = 10;

    private final TableFamily family;
    private final Map<Integer, Loaded> registers = new HashMap<>();
    private final List<String> words = new ArrayList<>();
    private int network;
    private int transport = NOWHERE;

    /** Places in {@link #words} of checks that a later field may imply. */
    private int networkWord = NOWHERE;

    private int transportWord = NOWHERE;
    private int linkWord = NOWHERE;

    RuleContext(TableFamily family) {
        this.family = family;
        this.network = family == TableFamily.IP ? IPV4 : family == TableFamily.IP6 ? IPV6 : NOWHERE;
    }

    TableFamily family() {
        return family;
    }

    boolean isIpv6() {
        return network == IPV6;
    }

    void add(String word) {
        words.add(word);
    }

    String text() {
        return String.join(" ", words.stream().filter(word -> !word.isEmpty()).toList());
    }

    void set(int register, Loaded loaded) {
        registers.put(Registers.slot(register), loaded);
    }

    Loaded get(int register) {
        return at(Registers.slot(register));
    }

    private Loaded at(int slot) {
        return registers.getOrDefault(slot, Loaded.of("[ nothing ]", SetType.NONE, Needs.NOTHING, 4));
    }

    /** What a register holds, now that it is put into words: the checks it implies need no words of their own. */
    Loaded use(int register) {
        return use(get(register));
    }

    private Loaded use(Loaded loaded) {
        implied(loaded.needs());
        return loaded;
    }

    /** The checks that come with these needs have no words. */
    void implied(Needs needs) {
        switch (needs) {
            case NOTHING -> {}
            case IPV4, IPV6 -> networkWord = erase(networkWord);
            case ETHERNET -> linkWord = erase(linkWord);
            case TCP, UDP, SCTP -> transportWord = erase(transportWord);
            case ICMP, ICMPV6 -> {
                networkWord = erase(networkWord);
                transportWord = erase(transportWord);
            }
        }
    }

    private int erase(int word) {
        if (word != NOWHERE) {
            words.set(word, "");
        }
        return NOWHERE;
    }

    /** The words of several registers that are one key of {@code length} bytes. */
    String useAll(int register, int length) {
        StringBuilder text = new StringBuilder();
        int slot = Registers.slot(register);
        int end = slot + Math.clamp((length + 3) / 4, 1, REGISTER_SLOTS);
        while (slot < end) {
            Loaded part = use(at(slot));
            text.append(text.isEmpty() ? "" : " . ").append(MatchText.value(part));
            slot += Math.max(1, (part.length() + 3) / 4);
        }
        return text.toString();
    }

    /** How many bytes have been loaded one after the other from this register on. */
    int loadedFrom(int register) {
        int first = Registers.slot(register);
        int slot = first;
        while (registers.containsKey(slot)) {
            slot += Math.max(1, (at(slot).length() + 3) / 4);
        }
        return (slot - first) * 4;
    }

    void load(int register, Expression expression) {
        int first = Registers.slot(register);
        registers.keySet().removeIf(slot -> slot > first);
        set(register, loaded(expression));
    }

    private Loaded loaded(Expression e) {
        if (e instanceof Payload.Load p) {
            return payload(p);
        }
        Field field = field(e);
        return Loaded.of(
                field.text(), field.type(), field.needs(), field.scalar().length());
    }

    /** The field at this place of the packet, by what is known about the packet; a prefix of an address is shorter. */
    private Loaded payload(Payload.Load p) {
        for (Field field : Fields.ALL) {
            if (field.load() instanceof Payload.Load full
                    && full.header() == p.header()
                    && full.offset() == p.offset()
                    && (full.length() == p.length() || field.scalar().isAddress() && full.length() > p.length())
                    && possible(field.needs())) {
                return Loaded.of(field.text(), field.type(), field.needs(), p.length());
            }
        }
        return Loaded.of(raw(p.header(), p.offset(), p.length()), SetType.NONE, Needs.NOTHING, p.length());
    }

    private boolean possible(Needs needs) {
        return switch (needs) {
            case NOTHING -> transport != 6 && transport != 17 && transport != 132;
            case IPV4 -> network == IPV4;
            case IPV6 -> network == IPV6;
            case ETHERNET -> true;
            case ICMP -> transport == 1;
            case ICMPV6 -> transport == 58;
            case TCP -> transport == 6;
            case UDP -> transport == 17;
            case SCTP -> transport == 132;
        };
    }

    /** {@code @nh,96,32}: bytes of the packet that have no name. */
    static String raw(Payload.Header header, int offset, int length) {
        String start = switch (header) {
            case LINK -> "@ll,";
            case NETWORK -> "@nh,";
            case TRANSPORT -> "@th,";
            case INNER -> "@ih,";
        };
        return start + offset * 8L + "," + length * 8L;
    }

    /** The field that this loads, whatever the register; one made for it where there is none. */
    static Field field(Expression e) {
        Expression first = switch (e) {
            case Meta.Load m -> new Meta.Load(m.key(), 1);
            case Ct.Load c -> new Ct.Load(c.key(), c.direction(), 1);
            case Fib f -> new Fib(f.result(), f.flags(), 1);
            default -> e;
        };
        for (Field field : Fields.ALL) {
            if (field.load().equals(first)) {
                return field;
            }
        }
        return switch (e) {
            case Meta.Load m ->
                new Field("meta " + m.key().toString().toLowerCase(Locale.ROOT), ScalarType.INTEGER, Needs.NOTHING, e);
            case Ct.Load c -> new Field(ctText(c), ScalarType.INTEGER, Needs.NOTHING, e);
            case Fib f -> new Field("fib " + f.question(), fibType(f), Needs.NOTHING, e);
            default -> new Field("[ " + e.text() + " ]", ScalarType.INTEGER, Needs.NOTHING, e);
        };
    }

    private static String ctText(Ct.Load c) {
        String direction =
                c.direction() == Ct.Direction.ANY ? "" : c.direction().name().toLowerCase(Locale.ROOT) + " ";
        return "ct " + direction + c.key().name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static ScalarType fibType(Fib f) {
        return switch (f.result()) {
            case Fib.ADDRTYPE -> ScalarType.FIB_ADDRTYPE;
            case Fib.OIFNAME -> ScalarType.IFNAME;
            default -> (f.flags() & Fib.PRESENT) != 0 ? ScalarType.PRESENCE : ScalarType.INTEGER;
        };
    }

    /** Whether a comparison only says which protocol it is; then its words are put where a later field may erase them. */
    boolean isDependency(Cmp e) {
        Loaded left = get(e.register());
        if (e.operator() != Cmp.Operator.EQ || left.isMasked() || e.value().isEmpty()) {
            return false;
        }
        if (left.text().equals(Fields.META_NFPROTO.text())) {
            networkWord = words.size();
            network = e.value().at(0);
        } else if (left.text().equals(Fields.META_PROTOCOL.text()) && family != TableFamily.INET) {
            networkWord = words.size();
            learnEtherType(e.value());
        } else if (left.text().equals(Fields.META_L4PROTO.text())) {
            transportWord = words.size();
            transport = e.value().at(0);
        } else if (isSingleFamily() && isTransportHeaderField(left)) {
            transportWord = words.size();
            transport = e.value().at(0);
        } else if (left.text().equals("meta iiftype")) {
            linkWord = words.size();
        } else {
            return false;
        }
        add(MatchText.compare(left, e));
        return true;
    }

    boolean isSingleFamily() {
        return family == TableFamily.IP || family == TableFamily.IP6;
    }

    private static boolean isTransportHeaderField(Loaded loaded) {
        return loaded.text().equals(Fields.IP_PROTOCOL.text()) || loaded.text().equals(Fields.IP6_NEXTHDR.text());
    }

    private void learnEtherType(Bytes type) {
        long number = type.number(ByteOrder.BIG_ENDIAN);
        network = number == 0x0800 ? IPV4 : number == 0x86dd ? IPV6 : network;
    }

    /** What an equality of a header's own field says about what follows. */
    void learn(Cmp e) {
        if (e.operator() == Cmp.Operator.EQ && !e.value().isEmpty() && isTransportHeaderField(get(e.register()))) {
            transport = e.value().at(0);
        }
    }
}
