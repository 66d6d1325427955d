package dev.fairlead.kernel.nftables;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The text of a table of values. {@link ListingIT} holds the same text against the real tool. After a wanted change: {@code
 * mvn -pl kernel test -Dtest=GoldenTest -Dtest.jvm.args=-Dfairlead.golden.write=true}, and read the difference.
 */
class GoldenTest {
    private static final String FILE = "kernel/src/test/resources/dev/fairlead/kernel/nftables/example.nft";

    @Test
    void printsTheExample() throws IOException {
        String text = Example.ruleset().text();
        if (Boolean.getBoolean("fairlead.golden.write")) {
            Files.writeString(Path.of(System.getProperty("fairlead.home"), FILE), text);
        }
        assertThat(text).isEqualTo(Resources.text("example.nft"));
    }
}
