package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.kernel.nftables.expression.Dynset;
import dev.fairlead.kernel.nftables.expression.Expression;
import dev.fairlead.kernel.nftables.expression.Lookup;
import java.util.ArrayList;
import java.util.List;

/** {@code enum nft_rule_attributes}. */
final class RuleCodec {
    static final int NFTA_RULE_TABLE = 1;
    static final int NFTA_RULE_CHAIN = 2;
    static final int NFTA_RULE_HANDLE = 3;
    static final int NFTA_RULE_EXPRESSIONS = 4;
    static final int NFTA_RULE_POSITION = 6;
    static final int NFTA_RULE_USERDATA = 7;

    private RuleCodec() {}

    static void encodeName(Encoder out, Rule rule) {
        out.attributeString(NFTA_RULE_TABLE, rule.table()).attributeString(NFTA_RULE_CHAIN, rule.chain());
    }

    /** @param firstSetId added to the rule's own set numbers less one, so that no two rules of a batch mean the same */
    static void encode(Encoder out, Rule rule, int firstSetId) {
        encodeName(out, rule);
        List<Expression> expressions = new ArrayList<>();
        for (Expression expression : rule.expressions()) {
            expressions.add(
                    expression instanceof Lookup lookup && lookup.setId() != 0
                            ? lookup.withSetId(firstSetId + lookup.setId() - 1)
                            : expression);
        }
        Expression.encodeAll(out, NFTA_RULE_EXPRESSIONS, expressions);
        if (!rule.comment().isEmpty()) {
            out.attribute(NFTA_RULE_USERDATA, Userdata.comment(rule.comment()));
        }
    }

    static Rule decode(Message message) {
        Attributes in = Wire.attributes(message);
        return new Rule(
                Wire.family(message),
                TableCodec.name(in, NFTA_RULE_TABLE, "NFTA_RULE_TABLE"),
                TableCodec.name(in, NFTA_RULE_CHAIN, "NFTA_RULE_CHAIN"),
                in.find(NFTA_RULE_HANDLE).map(Attribute::be64).orElse(0L),
                in.find(NFTA_RULE_POSITION).map(Attribute::be64).orElse(0L),
                in.find(NFTA_RULE_EXPRESSIONS).map(Expression::decodeAll).orElse(List.of()),
                Userdata.comment(in.find(NFTA_RULE_USERDATA), Userdata.COMMENT),
                List.of());
    }

    /** Names of the sets a rule uses. */
    static List<String> setsOf(Rule rule) {
        List<String> names = new ArrayList<>();
        for (Expression expression : rule.expressions()) {
            switch (expression) {
                case Lookup lookup -> names.add(lookup.set());
                case Dynset dynset -> names.add(dynset.set());
                default -> {}
            }
        }
        return names;
    }
}
