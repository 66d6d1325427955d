package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cni.runtime.ResultCache;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ipam.Attachment;
import dev.fairlead.plan.ipam.LeaseRequest;
import dev.fairlead.plan.ipam.Range;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against files as libcni writes them. */
class CacheComparisonTest {
    @TempDir
    Path directory;

    private void remember(String network, String container, String plugin) throws IOException {
        String list =
                "{\"cniVersion\":\"1.0.0\",\"name\":\"" + network + "\",\"plugins\":[{\"type\":\"" + plugin + "\"}]}";
        String config = Base64.getEncoder().encodeToString(list.getBytes(StandardCharsets.UTF_8));
        Files.createDirectories(directory.resolve("cni/results"));
        Files.writeString(
                directory.resolve("cni/results/" + network + "-" + container + "-eth0"),
                "{\"kind\":\"cniCacheV1\",\"containerId\":\"" + container + "\",\"config\":\"" + config
                        + "\",\"ifName\":\"eth0\",\"networkName\":\"" + network
                        + "\",\"result\":{\"cniVersion\":\"1.0.0\",\"dns\":{}}}");
    }

    private static void lease(LeaseBook book, String container) {
        var _ = book.lease(LeaseRequest.of(new Attachment("fairlead", container, "eth0")));
    }

    @Test
    void whatOnlyOneSideKnowsIsToldOnceWhenItStays() throws IOException {
        try (LeaseBook book =
                LeaseBook.open(directory.resolve("state"), List.of(Range.of(Prefix.of("10.244.1.0/24"))))) {
            CacheComparison comparison = new CacheComparison(new ResultCache(directory.resolve("cni")), book);
            lease(book, "known");
            lease(book, "orphan");
            for (int i = 0; i < 3; i++) {
                assertThat(comparison.run())
                        .as("no cache: the runtime keeps none, or elsewhere")
                        .isEmpty();
            }
            remember("fairlead", "known", "fairlead-cni");
            remember("fairlead", "gone", "fairlead-cni");
            remember("other", "theirs", "bridge");
            Files.writeString(directory.resolve("cni/results/rubbish"), "{");
            assertThat(comparison.run()).as("a runtime may be about to write").isEmpty();
            assertThat(comparison.run())
                    .containsExactly(
                            "the runtime doesn't remember fairlead/orphan/eth0, which holds [10.244.1.3]; its GC takes them"
                                    + " back, or a DEL by hand",
                            "the runtime remembers fairlead/gone/eth0, which has no interface and no lease here (was the"
                                    + " machine restarted?); its DEL succeeds");
            assertThat(comparison.run()).isEmpty();
            assertThat(book.ipam().leases()).as("nothing is mended by it").hasSize(2);
            Files.delete(directory.resolve("cni/results/fairlead-gone-eth0"));
            assertThat(comparison.run()).isEmpty();
            remember("fairlead", "gone", "fairlead-cni");
            assertThat(comparison.run()).isEmpty();
            assertThat(comparison.run()).as("again, since it had gone").hasSize(1);
        }
    }
}
