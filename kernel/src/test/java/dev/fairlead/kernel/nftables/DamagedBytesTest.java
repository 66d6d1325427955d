package dev.fairlead.kernel.nftables;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.netlink.Explain;
import dev.fairlead.kernel.netlink.Message;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Messages that were cut short or changed on the way are refused as such, and never by anything else. */
class DamagedBytesTest {
    private static final int FLIPS_EACH = 100;
    private final Explain explain = new Explain(NftablesProtocol.FAMILY);
    private int readable;
    private int refused;

    @Test
    void cutShort() {
        for (String line : recordings()) {
            byte[] body = body(line);
            for (int length = 0; length < body.length; length++) {
                read(line, Arrays.copyOf(body, length));
            }
        }
        assertThat(refused).isPositive();
        assertThat(readable).isPositive();
    }

    @Test
    void bitsFlipped() {
        Random random = new Random(4);
        for (String line : recordings()) {
            for (int i = 0; i < FLIPS_EACH; i++) {
                byte[] body = body(line);
                for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                    body[random.nextInt(body.length)] ^= (byte) (1 << random.nextInt(8));
                }
                read(line, body);
            }
        }
        assertThat(refused).isPositive();
        assertThat(readable).isPositive();
    }

    private static List<String> recordings() {
        return Resources.text("messages.txt")
                .lines()
                .filter(line -> !line.startsWith("#"))
                .toList();
    }

    private static byte[] body(String line) {
        return HexFormat.of().parseHex(line.substring(line.indexOf(' ') + 1));
    }

    private void read(String line, byte[] body) {
        Message message = new Message(0, 0, 0, body);
        try {
            switch (line.substring(0, line.indexOf(' '))) {
                case "table" ->
                    assertThat(TableCodec.decode(message).toString()).isNotEmpty();
                case "chain" ->
                    assertThat(ChainCodec.decode(message).hook().text(TableFamily.INET))
                            .isNotEmpty();
                case "rule" -> {
                    Rule rule = RuleCodec.decode(message);
                    assertThat(rule.text()).isNotNull();
                    assertThat(rule.bytecode()).isNotNull();
                }
                case "set" ->
                    assertThat(RulesetText.set(new FilledSet(SetCodec.decode(message), List.of())))
                            .isNotEmpty();
                default -> readElements(message);
            }
            readable++;
        } catch (DecodeException e) {
            refused++;
        }
        assertThat(explain.text(Wire.type(Wire.NEWRULE), 0, 0, body)).isNotEmpty();
    }

    private static void readElements(Message message) {
        Table table = Table.of(TableFamily.INET, "t");
        for (NftSet set : List.of(
                table.set("a", ScalarType.IPV4_ADDR).interval(),
                table.set("b", ScalarType.IPV4_ADDR, ScalarType.MARK).interval(),
                table.verdictMap("c", ScalarType.IPV4_ADDR, ScalarType.INET_SERVICE))) {
            List<Element> elements = ElementCodec.decode(set, List.of(Wire.attributes(message)));
            assertThat(RulesetText.set(new FilledSet(set, elements))).isNotEmpty();
        }
    }
}
