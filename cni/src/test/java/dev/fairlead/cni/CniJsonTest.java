package dev.fairlead.cni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class CniJsonTest {

    @Test
    void writesWhatItRead() {
        for (String text : List.of(
                "{'a':1,'b':[true,false,null],'c':{'d':'e'},'f':''}",
                "{'n':[0,-1,2147483648,9223372036854775807,123456789012345678901234567890,1.50,-0.125]}",
                "{'text':'\\u0000 \\n \\\\ é 漢 😀'}",
                "[]",
                "7",
                "null")) {
            JsonNode node = Json.node(text);
            assertThat(Json.node(CniJson.bytes(node))).isEqualTo(node);
        }
        assertThat(new String(
                        CniJson.bytes(Json.node("{'n':[1.50,123456789012345678901234567890]}")),
                        StandardCharsets.UTF_8))
                .isEqualTo("{\"n\":[1.50,123456789012345678901234567890]}");
    }

    @Test
    void theLastOfTwoMembersWinsAsInGo() {
        assertThat(Json.object("{'a':1,'a':2}").path("a").intValue()).isEqualTo(2);
    }

    @Test
    void aLoneSurrogateBecomesTheReplacementCharacter() {
        byte[] text = CniJson.bytes(Json.node("{'k':'a\\ud800b'}"));
        assertThat(new String(text, StandardCharsets.UTF_8)).isEqualTo("{\"k\":\"a\uFFFDb\"}");
    }

    @Test
    void saysWhereItIsNotJson() {
        assertThatThrownBy(() -> CniJson.object(Json.bytes("{\n  'a': 1,\n  'b' 2\n}")))
                .isInstanceOfSatisfying(ConfigException.class, e -> {
                    assertThat(e.is(ErrorCode.DECODING_FAILURE)).isTrue();
                    assertThat(e.line()).isEqualTo(3);
                    assertThat(e.column()).isEqualTo(7);
                })
                .hasMessageStartingWith("line 3, column ");
        for (String wrong : List.of(
                "",
                "  ",
                "{",
                "{'a':}",
                "{'a':1}}",
                "{} x",
                "nul",
                "{'a':01}",
                "{a:1}",
                "{'a':NaN}",
                "// c\n{}",
                "{'a':1,}")) {
            assertThatThrownBy(() -> CniJson.read(Json.bytes(wrong)))
                    .as(wrong)
                    .isInstanceOf(ConfigException.class)
                    .hasMessageNotContaining("com.fasterxml")
                    .hasMessageNotContaining("[Source");
        }
    }

    @Test
    void onlyAnObjectWillDo() {
        for (String wrong : List.of("[]", "1", "'x'", "null", "true")) {
            assertThatThrownBy(() -> CniJson.object(Json.bytes(wrong)))
                    .hasMessage("line 1, column 1: should be a JSON object");
        }
    }

    @Test
    void boundsHold() {
        String deep = "[".repeat(CniJson.MAX_DEPTH) + "]".repeat(CniJson.MAX_DEPTH);
        assertThat(Json.node(deep).isArray()).isTrue();
        assertRefused("[" + deep + "]");
        assertRefused("[".repeat(2_000_000));
        assertRefused("{'a':".repeat(700_000));
        assertRefused("[" + "1,".repeat(CniJson.MAX_TOKENS) + "1]");
        assertRefused("{'" + "k".repeat(2000) + "':1}");
        assertRefused("9".repeat(1000));
        assertRefused("1e" + "9".repeat(20));
        assertRefused("'" + "x".repeat(CniJson.MAX_BYTES) + "'");
    }

    private static void assertRefused(String text) {
        assertThatThrownBy(() -> CniJson.read(Json.bytes(text)))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.is(ErrorCode.DECODING_FAILURE)).isTrue())
                .satisfies(e -> assertThat(e.toString()).hasSizeLessThan(500));
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        assertThatThrownBy(() -> CniJson.read(new byte[] {'"', (byte) 0xff, '"'}))
                .isInstanceOf(ConfigException.class);
    }

    @Test
    void findsTheFieldInTheText() {
        byte[] text =
                Json.bytes("{'name': 'x',\n 'plugins': [\n  {'type': 'a'},\n  {'type': 7, 'cni.dev/x': [1, 2]}]}");
        assertThat(CniJson.place(text, "plugins[1].type")).isEqualTo(new Place(4, 12));
        assertThat(CniJson.place(text, "plugins[1].cni.dev/x[1]")).isEqualTo(new Place(4, 32));
        assertThat(CniJson.place(text, "plugins[0].ipam.type")).isEqualTo(new Place(3, 3));
        assertThat(CniJson.place(text, "cniVersion")).isEqualTo(new Place(1, 1));
    }
}
