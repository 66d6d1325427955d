package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One instruction of a rule. Registers have the kernel's numbers: 0 is the verdict, 1 to 4 are 16 bytes each, 8 to 23 are
 * the same memory in pieces of 4 bytes (8 begins where 1 begins).
 */
public sealed interface Expression
        permits Bitwise,
                Byteorder,
                Cmp,
                Connlimit,
                Counter,
                Ct,
                Dup,
                Dynset,
                Fib,
                Hash,
                Immediate,
                Limit,
                Log,
                Lookup,
                Masq,
                Meta,
                Nat,
                Notrack,
                Numgen,
                Payload,
                Range,
                Redir,
                Reject,
                Unknown {

    /** {@code NFT_REG_VERDICT}. */
    int VERDICT_REGISTER = 0;

    int NFTA_LIST_ELEM = 1;
    int NFTA_EXPR_NAME = 1;
    int NFTA_EXPR_DATA = 2;

    /** The kernel's name of the expression: {@code payload}. */
    String name();

    /** Writes the attributes inside {@code NFTA_EXPR_DATA}. */
    void encode(Encoder out);

    /** As {@code nft --debug=netlink list} prints it, without the brackets. */
    String text();

    /** Writes name and content, the attributes of one {@code NFTA_LIST_ELEM} or {@code NFTA_*_EXPR}. */
    default void encodeNamed(Encoder out) {
        out.attributeString(NFTA_EXPR_NAME, name()).nested(NFTA_EXPR_DATA, this::encode);
    }

    /** Writes a list as the nested attribute {@code type}. */
    static void encodeAll(Encoder out, int type, List<Expression> expressions) {
        out.nested(type, list -> {
            for (Expression expression : expressions) {
                list.nested(NFTA_LIST_ELEM, expression::encodeNamed);
            }
        });
    }

    /** Reads a list such as {@code NFTA_RULE_EXPRESSIONS}. */
    static List<Expression> decodeAll(Attribute list) {
        List<Expression> expressions = new ArrayList<>();
        for (Attribute element : list.nested()) {
            expressions.add(decode(element.nested()));
        }
        return List.copyOf(expressions);
    }

    /** Reads one expression from {@code NFTA_EXPR_*} attributes. */
    static Expression decode(Attributes element) {
        String name = element.require(NFTA_EXPR_NAME, "NFTA_EXPR_NAME").string();
        Optional<Attribute> data = element.find(NFTA_EXPR_DATA);
        Fields fields = new Fields(name, data);
        Optional<? extends Expression> known = decodeKnown(name, fields);
        if (known.isPresent() && fields.allRead()) {
            return known.get();
        }
        return new Unknown(name, data.map(a -> Bytes.of(a.bytes())).orElse(Bytes.EMPTY));
    }

    private static Optional<? extends Expression> decodeKnown(String name, Fields fields) {
        return switch (name) {
            case "bitwise" -> Bitwise.decode(fields);
            case "byteorder" -> Byteorder.decode(fields);
            case "cmp" -> Cmp.decode(fields);
            case "connlimit" -> Connlimit.decode(fields);
            case "counter" -> Counter.decode(fields);
            case "ct" -> Ct.decode(fields);
            case "dup" -> Dup.decode(fields);
            case "dynset" -> Dynset.decode(fields);
            case "fib" -> Fib.decode(fields);
            case "hash" -> Hash.decode(fields);
            case "immediate" -> Immediate.decode(fields);
            case "limit" -> Limit.decode(fields);
            case "log" -> Log.decode(fields);
            case "lookup" -> Lookup.decode(fields);
            case "masq" -> Masq.decode(fields);
            case "meta" -> Meta.decode(fields);
            case "nat" -> Nat.decode(fields);
            case "notrack" -> Optional.of(new Notrack());
            case "numgen" -> Numgen.decode(fields);
            case "payload" -> Payload.decode(fields);
            case "range" -> Range.decode(fields);
            case "redir" -> Redir.decode(fields);
            case "reject" -> Reject.decode(fields);
            default -> Optional.empty();
        };
    }
}
