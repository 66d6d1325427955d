package dev.fairlead.natives;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shim's JSON scanner (RFC 8259), through the shim and against Jackson. */
class ScannerTest {

    private static final JsonMapper JACKSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final Pattern HALF_PAIR =
            Pattern.compile("[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]");

    /** The path that the shim connects to, read off its error; {@code -} is the default socket. */
    @ParameterizedTest
    @CsvSource(delimiter = '\u2192', quoteCharacter = '\u00a6', textBlock = """
            {"socket":"/no/s"}                                     → /no/s
            \u0020{ "socket" : "/no/s" }\u0020                     → /no/s
            {"socket":"/no/a","socket":"/no/b"}                    → /no/b
            {"socket":7,"socket":"/no/b"}                          → /no/b
            {"\\u0073\\u006Fcket":"/no/s"}                         → /no/s
            {"socket":"\\/no\\/s"}                                 → /no/s
            {"socket":"/no/\\u00e4\\u20ac\\ud83d\\ude00"}          → /no/ä€😀
            {"socket":"/no/ä€😀"}                                  → /no/ä€😀
            {"socket":"/no/\\"}\\\\"}                              → /no/"}\\
            {"socket":"/no/\\ud83dx"}                              → /no/\ufffdx
            {"socket":"/no/\\ud83d\\n"}                            → /no/\ufffd\\n
            {"socket":"/no/\\ud83d\\ud83d\\ude00"}                 → /no/\ufffd😀
            {"socket":"/no/\\ude00"}                               → /no/\ufffd
            {"a":"}","b":"{\\"","socket":"/no/s"}                  → /no/s
            {"a":"\\"socket\\":\\"/no/a\\"","socket":"/no/s"}      → /no/s
            {"a":{"socket":"/no/a"},"b":["socket","/no/b"]}        → -
            {"a":[{"socket":"/no/a"}],"socket":"/no/s","c":{}}     → /no/s
            {"a":["socket",{"x":[]}],"socket":"/no/s"}             → /no/s
            {"socket ":"/no/a","Socket":"/no/b","socke":"/no/c"}   → -
            {"socket\\u0000":"/no/a","socket\\u0000x":"/no/b"}     → -
            {"sockets":"/no/a","":"/no/b"}                         → -
            {"n":[0,-0,1.5,1e9,1E-9,-1.25e+3],"socket":"/no/s"}    → /no/s
            {"n":[true,false,null],"socket":"/no/s"}               → /no/s
            {}                                                     → -
            ["socket","/no/s"]                                     → -
            "socket"                                               → -
            {"socket":"/no/s"                                      → -
            {"socket":"/no/s"}}                                    → -
            {"socket":"/no/s"}x                                    → -
            {"socket":"/no/s"}{}                                   → -
            {"socket":"/no/s",}                                    → -
            {,"socket":"/no/s"}                                    → -
            {"socket":"/no/s" "a":1}                               → -
            {"socket" "/no/s"}                                     → -
            {"socket"::"/no/s"}                                    → -
            {socket:"/no/s"}                                       → -
            {'socket':'/no/s'}                                     → -
            {"socket":"/no/s","a":01}                              → -
            {"socket":"/no/s","a":+1}                              → -
            {"socket":"/no/s","a":1.}                              → -
            {"socket":"/no/s","a":.5}                              → -
            {"socket":"/no/s","a":1e}                              → -
            {"socket":"/no/s","a":-}                               → -
            {"socket":"/no/s","a":NaN}                             → -
            {"socket":"/no/s","a":tru}                             → -
            {"socket":"/no/s","a":nulll}                           → -
            {"socket":"/no/s","a":"\\x"}                           → -
            {"socket":"/no/s","a":"\\u12g4"}                       → -
            {"socket":"/no/s","a":"\\ud83d\\u12g4"}                → -
            {"socket":"/no/s","a":"\\u12"}                         → -
            {"socket":"/no/s","a":"\u0001"}                        → -
            {"socket":"/no/s","a":"unfinished}                     → -
            {"socket":"/no/s","a":"unfinished\\"}                  → -
            {"socket":"/no/s","a":[}]}                             → -
            {"socket":"/no/s","a":{]}                              → -
            {"socket":"/no/s","a":[1,]}                            → -
            {"socket":"/no/s","a":[1 2]}                           → -
            {"socket":"/no/s","a":[,]}                             → -
            {"socket":"/no/s","a":{"b"}}                           → -
            {"socket":"/no/s"/**/}                                 → -
            """)
    void findsTheSocket(String document, String expected) {
        String path = expected.equals("-") ? Shim.NOBODYS_SOCKET : expected.replace("\\n", "\n");
        String details = Shim.document(Shim.call(Shim.FOR_TESTS, "ADD", document))
                .path("details")
                .asText();
        assertThat(details).startsWith("Connecting to " + path + " (");
        assertThat(scanned(document)).isEqualTo(byJackson(document.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void nestingHasALimitAndNoStack() {
        assertThat(scanned(nested(1000))).isEqualTo("string:" + hex("/s") + " absent");
        assertThat(scanned(nested(1001))).isEqualTo("refused");
        assertThat(scanned("{\"a\":" + "[".repeat(4_000_000))).isEqualTo("refused");
        assertThat(scanned("{\"a\":".repeat(800_000))).isEqualTo("refused");
    }

    /** Objects and arrays by turns, so that each closing bracket has to fit. */
    private static String nested(int depth) {
        StringBuilder text = new StringBuilder("{\"socket\":\"/s\",\"a\":");
        for (int i = 1; i < depth; i++) {
            text.append(i % 3 == 0 ? "{\"socket\":" : "[");
        }
        text.append('1');
        for (int i = depth - 1; i >= 1; i--) {
            text.append(i % 3 == 0 ? "}" : "]");
        }
        return text.append('}').toString();
    }

    @Test
    void valuesHaveALimit() {
        assertThat(scanned("{\"socket\":\"" + "x".repeat(40) + "\"}")).startsWith("string:7878");
        assertThat(scanned("{\"socket\":\"" + "x".repeat(41) + "\"}")).isEqualTo("long absent");
        assertThat(scanned("{\"socket\":\"" + "x".repeat(39) + "\u20ac\",\"cniVersion\":[]}"))
                .isEqualTo("long other");
        assertThat(scanned("{\"" + "socket".repeat(1000) + "\":\"x\"}")).isEqualTo("absent absent");
    }

    @ParameterizedTest
    @CsvSource({
        "c080",
        "c1bf",
        "e08080",
        "eda080",
        "f0808080",
        "f4908080",
        "f5808080",
        "80",
        "c3",
        "e282",
        "f09f98",
        "ff"
    })
    void bytesThatAreNotUtf8AreNotJson(String hex) {
        byte[] bytes = HexFormat.of()
                .parseHex(HexFormat.of().formatHex("{\"a\":\"".getBytes(StandardCharsets.US_ASCII))
                        + hex
                        + HexFormat.of().formatHex("\"}".getBytes(StandardCharsets.US_ASCII)));
        assertThat(scan(List.of(bytes))).containsExactly("refused");
    }

    @Test
    void agreesWithJacksonOnAHundredThousandDamagedDocuments() {
        Documents documents = new Documents(2026);
        List<byte[]> inputs = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            inputs.add(documents.next());
        }
        List<String> answers = scan(inputs);
        assertThat(answers).hasSameSizeAs(inputs);
        int accepted = 0;
        for (int i = 0; i < inputs.size(); i++) {
            String expected = byJackson(inputs.get(i));
            assertThat(answers.get(i))
                    .as("%s", new String(inputs.get(i), StandardCharsets.UTF_8))
                    .isEqualTo(expected);
            accepted += expected.equals("refused") ? 0 : 1;
        }
        assertThat(accepted).as("documents that are JSON").isBetween(30_000, 70_000);
    }

    private static String byJackson(byte[] document) {
        try {
            // As characters: from bytes Jackson would guess an encoding, and take some that are not UTF-8.
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(document))
                    .toString();
            JsonNode root = JACKSON.readTree(text);
            return root.isObject() ? shown(root, "socket") + " " + shown(root, "cniVersion") : "refused";
        } catch (CharacterCodingException | JsonProcessingException e) {
            return "refused";
        }
    }

    private static String shown(JsonNode root, String name) {
        JsonNode value = root.path(name);
        if (value.isMissingNode() || !value.isTextual()) {
            return value.isMissingNode() ? "absent" : "other";
        }
        String text = HALF_PAIR.matcher(value.asText()).replaceAll("\ufffd");
        return text.getBytes(StandardCharsets.UTF_8).length > 40 ? "long" : "string:" + hex(text);
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String scanned(String document) {
        return scan(List.of(document.getBytes(StandardCharsets.UTF_8))).getFirst();
    }

    /** What the C program says of each, which runs under sanitizers where gcc has them. */
    private static List<String> scan(List<byte[]> documents) {
        ByteArrayOutputStream framed = new ByteArrayOutputStream();
        for (byte[] document : documents) {
            framed.writeBytes(ByteBuffer.allocate(4).putInt(document.length).array());
            framed.writeBytes(document);
        }
        Program.Ended ended = Program.run(Map.of(), framed.toByteArray(), Program.TEST_BIN.resolve("scan"));
        assertThat(ended.err()).as("sanitizers").isEmpty();
        assertThat(ended.status()).isZero();
        return ended.out().lines().toList();
    }
}
