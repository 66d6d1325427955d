package dev.fairlead.kernel.nftables;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.kernel.nftables.expression.Expression;
import dev.fairlead.kernel.nftables.expression.Unknown;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bytes that nft sends are understood, and what we'd send instead means the same. */
class BytesOfNftTest {
    @BeforeEach
    void onlyInTheByteOrderOfTheRecordings() {
        Assumptions.assumeTrue(
                ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN, "skipped: the recordings are little-endian");
    }

    static Stream<String> expressions() {
        return Resources.text("expressions.txt").lines().filter(line -> !line.startsWith("#"));
    }

    static Stream<String> messages() {
        return Resources.text("messages.txt").lines().filter(line -> !line.startsWith("#"));
    }

    @ParameterizedTest
    @MethodSource("expressions")
    void readsAnExpressionAndWritesItBack(String line) {
        int gap = line.indexOf("  ");
        byte[] recorded = HexFormat.of().parseHex(line.substring(0, gap));

        Expression expression = Expression.decode(Attributes.parse(recorded, 0));

        assertThat(expression).isNotInstanceOf(Unknown.class);
        assertThat(asSent(expression.text())).isEqualTo(asSent(line.substring(gap + 2)));
        Encoder again = new Encoder();
        expression.encodeNamed(again);
        assertThat(Expression.decode(Attributes.parse(again.toBytes(), 0))).isEqualTo(expression);
    }

    /** nft prints what it sends a little shorter than what the kernel sends back, which has every attribute. */
    private static String asSent(String text) {
        return text.replaceAll(" 0x0$", "").replaceAll(" timeout 0ms$", "").strip();
    }

    @Test
    void keepsAnExpressionItDoesNotKnow() {
        byte[] recorded = HexFormat.of().parseHex("0a00010071756f7461000000100002800c0001000000000000001000");
        Expression quota = Expression.decode(Attributes.parse(recorded, 0));
        assertThat(quota).isInstanceOf(Unknown.class);
        assertThat(quota.name()).isEqualTo("quota");
        Encoder again = new Encoder();
        quota.encodeNamed(again);
        assertThat(again.toBytes()).isEqualTo(recorded);
    }

    @Test
    void keepsAKnownExpressionWithAnAttributeItDoesNotKnow() {
        // meta load mark => reg 1, with an attribute 99 besides
        byte[] recorded = HexFormat.of()
                .parseHex("090001006d657461000000001c00028008000200000000030800010000000001" + "08006300deadbeef");
        Expression meta = Expression.decode(Attributes.parse(recorded, 0));
        assertThat(meta).isInstanceOf(Unknown.class);
        Encoder again = new Encoder();
        meta.encodeNamed(again);
        assertThat(again.toBytes()).isEqualTo(recorded);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void readsAMessageAndWritesItBack(String line) {
        byte[] body = HexFormat.of().parseHex(line.substring(line.indexOf(' ') + 1));
        Message message = new Message(0, 0, 0, body);
        switch (line.substring(0, line.indexOf(' '))) {
            case "table" -> {
                Table table = TableCodec.decode(message);
                assertThat(TableCodec.decode(written(body[0], out -> TableCodec.encode(out, table))))
                        .isEqualTo(table);
            }
            case "chain" -> {
                Chain chain = ChainCodec.decode(message);
                assertThat(ChainCodec.decode(written(body[0], out -> ChainCodec.encode(out, chain))))
                        .isEqualTo(chain);
            }
            case "rule" -> {
                Rule rule = RuleCodec.decode(message);
                assertThat(rule.expressions()).doesNotHaveAnyElementsOfTypes(Unknown.class);
                assertThat(RuleCodec.decode(written(body[0], out -> RuleCodec.encode(out, rule, 1)))
                                .expressions())
                        .hasSameSizeAs(rule.expressions());
            }
            case "set" -> {
                NftSet set = SetCodec.decode(message);
                assertThat(set.key().scalars())
                        .as("the type of the keys is known")
                        .isNotEmpty();
                assertThat(SetCodec.decode(written(body[0], out -> SetCodec.encode(out, set, 7))))
                        .isEqualTo(set);
            }
            case "elements" -> {
                NftSet raw = NftSet.of(TableFamily.INET, "t", "s", SetType.NONE, SetType.VERDICT);
                List<Element> elements = ElementCodec.decode(raw, List.of(Wire.attributes(message)));
                assertThat(elements).isNotEmpty().isEqualTo(ElementCodec.decodeRaw(Wire.attributes(message)));
            }
            default -> throw new AssertionError("what is " + line);
        }
    }

    private static Message written(int family, java.util.function.Consumer<Encoder> attributes) {
        Encoder body = new Encoder().u8(family).u8(0).be16(0);
        attributes.accept(body);
        return new Message(0, 0, 0, body.toBytes());
    }
}
