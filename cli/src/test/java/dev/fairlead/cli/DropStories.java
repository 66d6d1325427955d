package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.kernel.drops.Drops;
import dev.fairlead.lab.door.LabCaller;
import dev.fairlead.lab.door.LabName;
import dev.fairlead.testkit.BpfObjects;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What a trace in a lab says where the kernel drops a packet by itself: its own reason, if who runs the command may lend the lab the
 * program that tells it, and all else in any case.
 */
abstract class DropStories extends EchoStories {
    /** @param options of {@code lab up} */
    DropStories(String... options) {
        super(options);
    }

    /** Whether this user may; which reason is right was held against the kernel's own tracing by {@code DropsTest}. */
    private static boolean isLent() {
        return Drops.refusal().isEmpty();
    }

    private static void assertReason(JsonNode hop, String reason) {
        List<String> details = new ArrayList<>();
        hop.path("details").forEach(line -> details.add(line.asText()));
        if (isLent()) {
            assertThat(details)
                    .anySatisfy(line -> assertThat(line).startsWith("kernel drop reason: " + reason + ", in "));
        } else {
            assertThat(details).noneMatch(line -> line.contains("kernel drop reason"));
        }
    }

    private static JsonNode last(JsonNode trace, String event) {
        JsonNode request = trace.path("request");
        JsonNode last = request.path(request.size() - 1);
        assertThat(last.path("event").asText()).as("%s", request).isEqualTo(event);
        return last;
    }

    @Test
    void aNodeHasNoRoute() throws IOException {
        JsonNode hop = last(traced().trace("client", "192.0.2.1:80", "--timeout", "0.3"), "dropped");
        assertThat(hop.path("node").asText()).isEqualTo("node-1");
        assertReason(hop, "IP_INNOROUTES");
        assertReason(
                last(traced().trace("client", "192.0.2.1:80", "--proto", "udp", "--timeout", "0.3"), "dropped"),
                "IP_INNOROUTES");
        assertThat(inKernel("prog_id:")).as("lent once").hasSize(isLent() ? 1 : 0);
        assertThat(inKernel("link_id:")).as("armed now").isEmpty();
    }

    /** The pod's own namespace, on another node than the sender's. */
    @Test
    void aPodDropsWhatWasDelivered() {
        JsonNode far = lab().pod("far");
        TestLab.witness(
                far,
                "nft",
                "add table ip own; add chain ip own in { type filter hook input priority 0 ; };"
                        + " add rule ip own in udp dport 4567 drop");
        try {
            JsonNode trace = traced().trace("client", "default/far:4567", "--proto", "udp", "--timeout", "0.5");
            JsonNode hop = last(trace, "delivered");
            assertThat(hop.path("node").asText()).isEqualTo("node-2");
            assertReason(hop, "NETFILTER_DROP");
            assertThat(trace.path("verdict").asText().contains("default/far's kernel dropped it: a rule of netfilter"))
                    .as("%s", trace.path("verdict"))
                    .isEqualTo(isLent());
        } finally {
            TestLab.witness(far, "nft", "delete", "table", "ip", "own");
        }
    }

    /** What the lab's process holds, by the kernel's own account. */
    private List<String> inKernel(String what) throws IOException {
        return BpfObjects.namedBy(Integer.toString(LabCaller.pid(new LabName(lab().name())))).stream()
                .filter(line -> line.startsWith(what))
                .toList();
    }
}
