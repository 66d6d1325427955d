package dev.fairlead.lab.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import dev.fairlead.lab.model.ManifestException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Words and structure of YAML as {@code kubectl} reads them. */
class YamlTest {
    private static final Scope SCOPE = new Scope("test", "", new ArrayList<>());

    @ParameterizedTest
    @CsvSource({
        "yes, BOOLEAN, true",
        "N, BOOLEAN, false",
        "on, BOOLEAN, true",
        "Off, BOOLEAN, false",
        "TRUE, BOOLEAN, true",
        "tRUE, STRING, tRUE",
        "~, NULL, null",
        "Null, NULL, null",
        "nULL, STRING, nULL",
        "80, NUMBER, 80",
        "-1, NUMBER, -1",
        "+1, NUMBER, 1",
        "1_000, NUMBER, 1000",
        "0755, NUMBER, 493",
        "0o17, NUMBER, 15",
        "0x1F, NUMBER, 31",
        "-0x10, NUMBER, -16",
        "0b101, NUMBER, 5",
        "08, NUMBER, 8",
        "1.10, NUMBER, 1.10",
        ".5, NUMBER, 0.5",
        "1., NUMBER, 1",
        "1e3, NUMBER, 1E+3",
        "1e, STRING, 1e",
        "1e99999, STRING, 1e99999",
        ".inf, STRING, .inf",
        "., STRING, .",
        "-, STRING, -",
        "1.2.3, STRING, 1.2.3",
        "2024-01-01, STRING, 2024-01-01",
        "10:30, STRING, 10:30",
        "0x, STRING, 0x",
        "25%, STRING, 25%",
        "٣, STRING, ٣"
    })
    void plainWords(String word, JsonNodeType type, String text) {
        JsonNode node = YamlScalar.resolve(word);
        assertThat(node.getNodeType()).isEqualTo(type);
        assertThat(node.asText()).isEqualTo(text);
    }

    @Test
    void quotedWordsAreText() {
        JsonNode tree = YamlTree.read(
                        "[\"80\", 'yes', !!str 80, ! true, !!int 80, |\n  80\n]".replace("|\n  80\n", "~"), SCOPE)
                .getFirst();
        assertThat(tree)
                .extracting(JsonNode::getNodeType)
                .containsExactly(
                        JsonNodeType.STRING,
                        JsonNodeType.STRING,
                        JsonNodeType.STRING,
                        JsonNodeType.STRING,
                        JsonNodeType.NUMBER,
                        JsonNodeType.NULL);
    }

    @Test
    void mergedKeysGiveWayToWrittenOnes() {
        String text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], x: 3}\n";
        assertThat(YamlTree.read(text, SCOPE).getFirst().path("c")).hasToString("{\"x\":3,\"y\":1,\"z\":2}");
    }

    @Test
    void anchorsEndWithTheirDocument() {
        assertThatThrownBy(() -> YamlTree.read("a: &a 1\n---\nb: *a\n", SCOPE))
                .isInstanceOf(ManifestException.class)
                .hasMessage("test: line 3, column 4: the alias *a has no anchor &a before it");
    }

    @Test
    void documentsAreCountedWithEmptyOnes() {
        assertThat(YamlTree.read("---\na: 1\n---\n---\nb: 1\n", SCOPE))
                .extracting(JsonNode::toString)
                .containsExactly("{\"a\":1}", "null", "{\"b\":1}");
    }

    /** Whatever is done to a manifest, it is read or refused with a sentence, and quickly. */
    @ParameterizedTest
    @ValueSource(strings = {"guestbook.yaml", "two-containers.yaml", "anchors.yaml", "list.json", "clients.yaml"})
    void mutilatedManifestsAreReadOrRefused(String file) throws IOException {
        byte[] good;
        try (InputStream in = YamlTest.class.getResourceAsStream("good/" + file)) {
            good = Objects.requireNonNull(in).readAllBytes();
        }
        Random random = new Random(file.hashCode());
        List<String> refused = new ArrayList<>();
        int read = 0;
        for (int round = 0; round < 400; round++) {
            String text = new String(mutilated(good, random), StandardCharsets.ISO_8859_1);
            try {
                ManifestReader.parse(file, text);
                read++;
            } catch (ManifestException e) {
                refused.add(e.getMessage());
            }
        }
        assertThat(read).isPositive();
        assertThat(refused)
                .isNotEmpty()
                .allMatch(message -> message.startsWith(file + ": ") && !message.contains("\n"));
    }

    private static byte[] mutilated(byte[] good, Random random) {
        byte[] bytes = good.clone();
        switch (random.nextInt(3)) {
            case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            case 1 ->
                bytes[random.nextInt(bytes.length)] = (byte) "{}[]:-*&!|>'\"\n\t #?,x0".charAt(random.nextInt(21));
            default -> bytes = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length));
        }
        return bytes;
    }
}
