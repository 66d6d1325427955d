package dev.fairlead.kernel.nftables;

import static dev.fairlead.kernel.nftables.ScalarType.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.kernel.nftables.expression.Expression;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is written is read back as it was. */
class RoundTripTest {
    private static final Table TABLE = Table.of(TableFamily.INET, "t");

    @Test
    void everyKindOfExpression() {
        RandomRules random = new RandomRules(1);
        for (int kind = 0; kind < RandomRules.KINDS; kind++) {
            for (int i = 0; i < 50; i++) {
                Expression expression = random.expression(kind);
                Encoder out = new Encoder();
                expression.encodeNamed(out);
                assertThat(Expression.decode(Attributes.parse(out.toBytes(), 0)))
                        .isEqualTo(expression);
            }
        }
    }

    @Test
    void rules() {
        RandomRules random = new RandomRules(2);
        for (int i = 0; i < 200; i++) {
            Rule rule = random.rule();
            Encoder out = new Encoder().u8(rule.family().number()).u8(0).be16(0);
            RuleCodec.encode(out, rule, 0);
            out.attributeBe64(RuleCodec.NFTA_RULE_HANDLE, rule.handle());
            Rule read = RuleCodec.decode(new Message(0, 0, 0, out.toBytes()));
            assertThat(read.commented("")).isEqualTo(withoutSetIds(rule).commented(""));
            assertThat(read.comment()).isEqualTo(rule.comment());
        }
    }

    /** A lookup's set id is changed on its way out: 1 becomes the first id of the batch, here 0. */
    private static Rule withoutSetIds(Rule rule) {
        List<Expression> expressions = new ArrayList<>();
        for (Expression e : rule.expressions()) {
            expressions.add(
                    e instanceof dev.fairlead.kernel.nftables.expression.Lookup l && l.setId() != 0
                            ? l.withSetId(l.setId() - 1)
                            : e);
        }
        return new Rule(
                rule.family(), rule.table(), rule.chain(), rule.handle(), 0, expressions, rule.comment(), List.of());
    }

    @Test
    void elementsOfEveryKindOfSet() {
        List<NftSet> sets = List.of(
                TABLE.set("a", IPV4_ADDR),
                TABLE.set("b", IPV6_ADDR, INET_SERVICE),
                TABLE.set("c", MARK),
                TABLE.set("d", IPV4_ADDR).interval(),
                TABLE.set("e", INET_SERVICE).interval(),
                TABLE.set("f", MARK).interval(),
                TABLE.set("g", IPV6_ADDR).interval(),
                TABLE.set("h", IPV4_ADDR, MARK, INET_SERVICE).interval(),
                TABLE.set("i", IFNAME, ETHER_ADDR),
                TABLE.verdictMap("j", IPV4_ADDR, INET_SERVICE),
                TABLE.map("k", SetType.of(IPV6_ADDR), SetType.of(IPV6_ADDR, INET_SERVICE))
                        .interval());
        RandomRules random = new RandomRules(3);
        for (NftSet set : sets) {
            for (int i = 0; i < 20; i++) {
                List<Element> elements = random.elements(set);
                List<Attributes> wire = new ArrayList<>();
                for (byte[] body : ElementCodec.encode(set, 0, elements)) {
                    wire.add(Attributes.parse(body, Wire.HEADER));
                }
                assertThat(inOrder(ElementCodec.decode(set, wire)))
                        .as("elements of %s", set)
                        .isEqualTo(inOrder(elements));
            }
        }
    }

    private static List<Element> inOrder(List<Element> elements) {
        return elements.stream().sorted(Comparator.comparing(Element::key)).toList();
    }

    @Test
    void manyElementsGoIntoSeveralMessagesOfWhichNoneIsTooLarge() {
        NftSet set = TABLE.set("a", IPV4_ADDR, INET_SERVICE);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            elements.add(set.element(dev.fairlead.packet.Ip.of("10.0.0.0").plus(i), 80)
                    .commented("ns/name:" + i));
        }
        List<Attributes> wire = new ArrayList<>();
        for (byte[] body : ElementCodec.encode(set, 0, elements)) {
            wire.add(Attributes.parse(body, Wire.HEADER));
        }
        assertThat(wire).hasSizeBetween(2, 40);
        assertThat(ElementCodec.decode(set, wire)).isEqualTo(elements);
    }
}
