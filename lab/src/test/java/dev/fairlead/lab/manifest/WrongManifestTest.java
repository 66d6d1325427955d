package dev.fairlead.lab.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fairlead.lab.model.ManifestException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each wrong manifest gets: one sentence, word for word. The manifests are in {@code wrong/}, the sentences in
 * {@code wrong.txt}, one a line, each beginning with the name of its file.
 */
class WrongManifestTest {
    private static final Path HERE =
            Path.of(System.getProperty("fairlead.home", ".."), "lab/src/test/resources/dev/fairlead/lab/manifest");

    static List<String> sentences() throws IOException {
        return Files.readAllLines(HERE.resolve("wrong.txt"));
    }

    @ParameterizedTest
    @MethodSource("sentences")
    void saysWhatIsWrong(String sentence) throws IOException {
        String file = sentence.substring(0, sentence.indexOf(": "));
        ManifestException thrown = catchThrowableOfType(ManifestException.class, () -> read(file));
        assertThat(thrown).as(file).isNotNull().hasMessage(sentence);
        assertThat(thrown.finding().source()).isEqualTo(file);
        assertThat(sentence).doesNotContain("\n").hasSizeLessThan(320);
    }

    @Test
    void everyFileHasItsSentence() throws IOException {
        List<String> named = sentences().stream()
                .map(sentence -> sentence.substring(0, sentence.indexOf(": ")))
                .toList();
        try (Stream<Path> files = Files.list(HERE.resolve("wrong"))) {
            assertThat(named)
                    .doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(
                            files.map(file -> file.getFileName().toString()).toList());
        }
    }

    @Test
    void aFileThatIsNotThere() {
        ManifestException thrown =
                catchThrowableOfType(ManifestException.class, () -> ManifestReader.read(Path.of("no/such.yaml")));
        assertThat(thrown).hasMessage("no/such.yaml: there is no such file");
    }

    @Test
    void aDirectory() {
        ManifestException thrown = catchThrowableOfType(ManifestException.class, () -> ManifestReader.read(HERE));
        assertThat(thrown).hasMessage(HERE + ": is a directory; name a file");
    }

    private static void read(String file) {
        try (var in = Files.newInputStream(HERE.resolve("wrong").resolve(file))) {
            ManifestReader.read(file, in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
