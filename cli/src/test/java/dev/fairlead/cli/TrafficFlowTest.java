package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code docs/traffic-flow.md} shows what its commands print. To write it anew, from one real lab, and review the change with
 * {@code git diff}: {@code mvn -pl cli -am test -Dtest=TrafficFlowTest -Dgolden.update=true}.
 *
 * <pre>
 *   node-1: client, neighbour ── fl0 ── uplink ──┐
 *                                                ├ switch
 *   node-2: web-1 ────────────── fl0 ── uplink ──┘
 *
 *   Service web → web-1
 * </pre>
 */
@HostUnchanged
class TrafficFlowTest {
    private static final Path DOCUMENT = Started.HOME.resolve("docs/traffic-flow.md");
    private static final String CLUSTER = "docs/examples/traffic.yaml";
    private static final Map<String, List<String>> ADDRESSES = Map.of(
            "client", List.of("10.244.1.2"),
            "neighbour", List.of("10.244.1.3"),
            "web-1", List.of("10.244.2.3", "10.244.2.4"),
            "kube-dns", List.of("10.244.1.4", "10.244.2.2"));

    @TempDir
    private Path directory;

    @Test
    void showsWhatItsCommandsPrint() throws IOException {
        for (String tool : List.of("nsenter", "ip", "bridge", "nft", "conntrack", "curl")) {
            Oracle.assumeInstalled(tool);
        }
        ToldDocument document = ToldDocument.of(Files.readString(DOCUMENT));
        ToldDocument now;
        try (TestLab lab = TestLab.up(Files.readString(Started.HOME.resolve(CLUSTER)), "--nodes", "2")) {
            now = document.printedBy(new ToldLab(lab, directory, ADDRESSES, CLUSTER)::run);
        }
        String wanted = Varying.without(now.text());
        if (Boolean.getBoolean("golden.update")
                && !Varying.without(document.text()).equals(wanted)) {
            document = now;
            Files.writeString(DOCUMENT, document.text());
        }
        Path shown = Files.writeString(directory.resolve("traffic-flow.md"), Varying.without(document.text()));
        assertThat(shown)
                .as("docs/traffic-flow.md, without what varies, and what its commands print now;"
                        + " -Dgolden.update=true writes it anew")
                .hasContent(wanted);
    }
}
