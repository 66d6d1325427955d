package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... args) {
        return Main.run(Terminal.plain(out, err, 80), args);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void theVersionIsTheProjects() throws Exception {
        String pom = Files.readString(Started.HOME.resolve("pom.xml"));
        assertThat(pom).contains("<artifactId>fairlead</artifactId>\n  <version>" + Version.NUMBER + "</version>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "version"})
    void bothWaysToAskForTheVersionAnswerTheSame(String argument) {
        assertThat(run(argument)).isZero();
        assertThat(out()).isEqualTo(Version.line() + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"help", "--help", "-h", ""})
    void theHelpListsWhatAUserMayRunAndNothingElse(String argument) {
        assertThat(argument.isEmpty() ? run() : run(argument)).isZero();
        assertThat(out()).startsWith("Usage: fairlead").contains("  doctor ", "  test ", "  version ", "  help ");
        assertThat(out()).doesNotContain("__");
    }

    @Test
    void theHelpOfOneCommand() {
        assertThat(run("help", "doctor")).isZero();
        assertThat(out()).startsWith("Usage: fairlead doctor");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nonsense|`fairlead` has no command 'nonsense'; see `fairlead --help`",
                "docter|`fairlead` has no command 'docter', but it has 'doctor'; see `fairlead --help`",
                "--nodes|Unknown option: '--nodes'; see `fairlead --help`",
            })
    void aWrongCallIsOneSentence(String argument, String sentence) {
        assertThat(run(argument)).isEqualTo(2);
        assertThat(err()).isEqualTo("fairlead: " + sentence + "\n");
        assertThat(out()).isEmpty();
    }

    @Test
    void aWrongCallBelowACommandPointsToItsHelp() {
        assertThat(run("__hold", "--answer", "x")).isEqualTo(2);
        assertThat(err())
                .isEqualTo("fairlead: Invalid value for option '--answer': 'x' is not an int; see"
                        + " `fairlead __hold --help`\n");
    }

    @Test
    void aFailureIsOneSentence() {
        assertThat(run("test")).isEqualTo(1);
        assertThat(err())
                .startsWith("fairlead: the tests are run by the launcher")
                .hasLineCount(1);
    }

    @Test
    void trainingPrintsNothing() {
        assertThat(run("__train", "commands")).isZero();
        assertThat(out() + err()).isEmpty();
    }
}
