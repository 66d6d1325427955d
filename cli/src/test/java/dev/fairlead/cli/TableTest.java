package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Tables fit a terminal without losing anything, and are one line a row in a pipe. */
class TableTest {
    private static final OutputStream NOBODY = OutputStream.nullOutputStream();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private static Table table() {
        Table table = new Table("POD", "IP", "PAUSE", "CONTAINERS");
        table.row("default/web-54f9df8696-6d96l", "10.244.2.2,fd00:10:244:2::2", "536", "http=fairlead/http log=host");
        return table;
    }

    private String on(int columns) {
        table().print(Terminal.coloured(printed, NOBODY, columns));
        return printed.toString(StandardCharsets.UTF_8).replaceAll("\u001b\\[\\d*m", "");
    }

    @Test
    void aWideTerminalShowsRowsOnALineEach() {
        assertThat(on(120)).isEqualTo("""
                POD                           IP                           PAUSE  CONTAINERS
                default/web-54f9df8696-6d96l  10.244.2.2,fd00:10:244:2::2  536    http=fairlead/http log=host

                """);
    }

    @Test
    void listsGoOnBelowThemselves() {
        assertThat(on(85)).isEqualTo("""
                POD                           IP                           PAUSE  CONTAINERS
                default/web-54f9df8696-6d96l  10.244.2.2,fd00:10:244:2::2  536    http=fairlead/http
                                                                                  log=host

                """);
        printed.reset();
        assertThat(on(75)).isEqualTo("""
                POD                           IP                  PAUSE  CONTAINERS
                default/web-54f9df8696-6d96l  10.244.2.2,         536    http=fairlead/http
                                              fd00:10:244:2::2           log=host

                """);
    }

    @Test
    void whatStillDoesNotFitIsBelowTheRow() {
        assertThat(on(70)).isEqualTo("""
                POD                           IP                           PAUSE
                    CONTAINERS
                default/web-54f9df8696-6d96l  10.244.2.2,fd00:10:244:2::2  536
                    http=fairlead/http log=host

                """);
    }

    /** As many as fit on each line; the parts below are a table too. */
    @Test
    void severalColumnsAreBelowTheRow() {
        assertThat(on(40)).isEqualTo("""
                POD
                    IP                           PAUSE
                    CONTAINERS
                default/web-54f9df8696-6d96l
                    10.244.2.2,fd00:10:244:2::2  536
                    http=fairlead/http log=host

                """);
        printed.reset();
        assertThat(on(20)).isEqualTo("""
                POD
                    IP
                    PAUSE
                    CONTAINERS
                default/web-54f9df8696-6d96l
                    10.244.2.2,
                    fd00:10:244:2::2
                    536
                    http=fairlead/http
                    log=host

                """);
    }

    @Test
    void aPipeGetsEveryRowOnALine() {
        table().print(Terminal.plain(printed, NOBODY, 20));
        assertThat(printed.toString(StandardCharsets.UTF_8).lines()).hasSize(3);
    }
}
