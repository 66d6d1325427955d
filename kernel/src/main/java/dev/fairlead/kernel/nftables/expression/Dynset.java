package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Puts a register into a set as packets come by, {@code enum nft_dynset_attributes}.
 *
 * @param setId names a set made in the same batch; 0 for one that exists
 * @param key register of the key
 * @param value register of what a map is to hold, {@link #NONE} for a set
 * @param timeout in milliseconds, 0 for the set's own
 * @param each expressions each element gets, such as a limit; usually none
 */
public record Dynset(
        Operation operation, String set, int setId, int key, int value, long timeout, List<Expression> each)
        implements Expression {
    public static final int NONE = -1;

    private static final int NFTA_DYNSET_SET_NAME = 1;
    private static final int NFTA_DYNSET_SET_ID = 2;
    private static final int NFTA_DYNSET_OP = 3;
    private static final int NFTA_DYNSET_SREG_KEY = 4;
    private static final int NFTA_DYNSET_SREG_DATA = 5;
    private static final int NFTA_DYNSET_TIMEOUT = 6;
    private static final int NFTA_DYNSET_EXPR = 7;
    private static final int NFTA_DYNSET_PAD = 8;
    private static final int NFTA_DYNSET_FLAGS = 9;
    private static final int NFTA_DYNSET_EXPRESSIONS = 10;
    private static final int NFT_DYNSET_F_EXPR = 2;

    /** {@code enum nft_dynset_ops}, in the kernel's order. */
    public enum Operation {
        ADD,
        UPDATE,
        DELETE
    }

    public Dynset {
        each = List.copyOf(each);
    }

    @Override
    public String name() {
        return "dynset";
    }

    @Override
    public void encode(Encoder out) {
        out.attributeBe32(NFTA_DYNSET_SREG_KEY, key);
        if (value != NONE) {
            out.attributeBe32(NFTA_DYNSET_SREG_DATA, value);
        }
        out.attributeBe32(NFTA_DYNSET_OP, operation.ordinal());
        if (timeout != 0) {
            out.attributeBe64(NFTA_DYNSET_TIMEOUT, timeout);
        }
        out.attributeString(NFTA_DYNSET_SET_NAME, set);
        if (setId != 0) {
            out.attributeBe32(NFTA_DYNSET_SET_ID, setId);
        }
        if (each.size() == 1) {
            out.nested(NFTA_DYNSET_EXPR, each.getFirst()::encodeNamed);
        } else if (!each.isEmpty()) {
            out.attributeBe32(NFTA_DYNSET_FLAGS, NFT_DYNSET_F_EXPR);
            Expression.encodeAll(out, NFTA_DYNSET_EXPRESSIONS, each);
        }
    }

    static Optional<Dynset> decode(Fields in) {
        in.ignore(NFTA_DYNSET_PAD);
        int operation = in.be32(NFTA_DYNSET_OP);
        int flags = in.be32(NFTA_DYNSET_FLAGS, 0);
        List<Expression> each = in.find(NFTA_DYNSET_EXPR)
                .map(a -> List.of(Expression.decode(a.nested())))
                .or(() -> in.find(NFTA_DYNSET_EXPRESSIONS).map(Expression::decodeAll))
                .orElse(List.of());
        if (operation < 0 || operation >= Operation.values().length || (flags & ~NFT_DYNSET_F_EXPR) != 0) {
            return Optional.empty();
        }
        return Optional.of(new Dynset(
                Operation.values()[operation],
                in.string(NFTA_DYNSET_SET_NAME),
                in.be32(NFTA_DYNSET_SET_ID, 0),
                in.be32(NFTA_DYNSET_SREG_KEY),
                in.be32(NFTA_DYNSET_SREG_DATA, NONE),
                in.be64(NFTA_DYNSET_TIMEOUT, 0),
                each));
    }

    @Override
    public String text() {
        StringBuilder text = new StringBuilder("dynset ")
                .append(operation.name().toLowerCase(Locale.ROOT))
                .append(" reg_key ")
                .append(key)
                .append(" set ")
                .append(set);
        if (value != NONE) {
            text.append(" sreg_data ").append(value);
        }
        text.append(" timeout ").append(timeout).append("ms");
        for (Expression expression : each) {
            text.append(" expr [ ").append(expression.text()).append(" ]");
        }
        return text.toString();
    }
}
