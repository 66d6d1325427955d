package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.lab.Lab;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documents send nobody anywhere that isn't there, and name no command that isn't one. */
class DocumentsTest {
    private static final Pattern LINK = Pattern.compile("]\\(([^)#: ]+)(#[^)]*)?\\)");
    private static final Pattern COMMAND = Pattern.compile("(?m)(?:^|`|\\$ )\\./(fairlead(?: [^`\n|>&;#]*)?)");
    private static final Pattern MANIFEST = Pattern.compile("(?ms)^```yaml\n(.*?)^```");
    private static final Pattern PLACEHOLDER = Pattern.compile("…|\\[|\\b[A-Z]{3,}\\b");

    private final Map<Path, String> documents = documents();

    @Test
    void linksLeadToFiles() {
        List<String> wrong = new ArrayList<>();
        documents.forEach((document, text) -> LINK.matcher(text).results().forEach(link -> {
            if (!Files.exists(document.resolveSibling(link.group(1)))) {
                wrong.add(Started.HOME.relativize(document) + " links to " + link.group(1));
            }
        }));
        assertThat(wrong).isEmpty();
    }

    /** Each is asked for its help: the command line is parsed as it stands and nothing is run. */
    @Test
    void commandsAreTakenByTheCommandLine() {
        List<String> wrong = new ArrayList<>();
        List<String> tried = new ArrayList<>();
        documents.forEach((document, text) -> COMMAND.matcher(text).results().forEach(command -> {
            String line = command.group(1).strip();
            if (!PLACEHOLDER.matcher(line).find()) {
                tried.add(line);
                ByteArrayOutputStream err = new ByteArrayOutputStream();
                if (Main.run(Terminal.plain(OutputStream.nullOutputStream(), err, 80), askingForHelp(line)) != 0) {
                    wrong.add(Started.HOME.relativize(document) + ": ./" + line + "\n  "
                            + err.toString(StandardCharsets.UTF_8));
                }
            }
        }));
        assertThat(wrong).isEmpty();
        assertThat(tried).hasSizeGreaterThan(10);
    }

    /** Every manifest that the documents show or keep is one that the lab takes. */
    @Test
    void manifestsAreTakenByTheLab() throws IOException {
        Map<String, String> manifests = new TreeMap<>();
        documents.forEach((document, text) -> MANIFEST.matcher(text).results().forEach(shown -> {
            String source = Started.HOME.relativize(document) + "+" + shown.start();
            manifests.put(source, shown.group(1));
        }));
        try (Stream<Path> examples = Files.list(Started.HOME.resolve("docs/examples"))) {
            for (Path example : examples.toList()) {
                manifests.put(example.toString(), Files.readString(example));
            }
        }
        assertThat(manifests).hasSizeGreaterThan(2);
        manifests.forEach((source, text) ->
                assertThat(Lab.read(source, text).objects()).as(source).isNotEmpty());
    }

    private static String[] askingForHelp(String line) {
        List<String> words = new ArrayList<>(List.of(line.split(" +", -1)));
        words.removeFirst();
        int at = 0;
        while (at < words.size() && !words.get(at).startsWith("-")) {
            at++;
        }
        words.add(at, "--help");
        return words.toArray(String[]::new);
    }

    private static Map<Path, String> documents() {
        Map<Path, String> documents = new TreeMap<>();
        try (Stream<Path> docs = Files.walk(Started.HOME.resolve("docs"));
                Stream<Path> top = Files.list(Started.HOME)) {
            for (Path file : Stream.concat(docs, top)
                    .filter(path -> path.toString().endsWith(".md"))
                    .toList()) {
                documents.put(file, Files.readString(file));
            }
        } catch (IOException e) {
            throw new AssertionError("reading the documents", e);
        }
        return documents;
    }
}
