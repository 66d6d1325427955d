package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cli.Terminal.Style;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TerminalTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void coloursOnlyWhereAPersonLooks() {
        assertThat(Terminal.plain(out, out, 80).style(Style.RED, "no")).isEqualTo("no");
        assertThat(Terminal.coloured(out, out, 80).style(Style.RED, "no")).isEqualTo("\u001b[31mno\u001b[0m");
    }

    @Test
    void textIsUtf8AndSeenAtOnce() {
        Terminal.plain(out, out, 80).out().println("✓ 10.0.0.1 → web");
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("✓ 10.0.0.1 → web\n");
    }

    @Test
    void wrapsWithoutLosingAnything() {
        assertThat(Terminal.wrap("", 10)).containsExactly("");
        assertThat(Terminal.wrap("0123456789", 10)).containsExactly("0123456789");
        assertThat(Terminal.wrap("src=10.244.1.2 dst=10.96.1.1 sport=7", 20))
                .containsExactly("src=10.244.1.2", "dst=10.96.1.1", "sport=7");
        assertThat(Terminal.wrap("{\"a\":1,\"b\":2}", 10)).containsExactly("{\"a\":1,", "\"b\":2}");
        assertThat(Terminal.wrap("0123456789abc", 10)).containsExactly("0123456789", "abc");
    }
}
