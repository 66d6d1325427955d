package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RunningProgram;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What {@code flows} says of connections, held against {@code conntrack -L}. */
@HostUnchanged
class LabFlowsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static TracedLab traced;
    private static TestLab lab;

    @BeforeAll
    static void up() {
        traced = TracedLab.up();
        lab = traced.lab();
    }

    @AfterAll
    static void down() {
        traced.close();
    }

    @AfterEach
    void nothingIsArmed() {
        traced.assertNothingIsArmed();
    }

    // ---- flows

    @Test
    void flowsNameWhoTalksToWhom() {
        Oracle.assumeInstalled("curl");
        lab.get("client", "http://" + lab.serviceIp("far") + "/hostname");
        String text =
                Ran.fairlead("flows", "--name", lab.name(), "--svc", "far").ok();
        assertThat(text)
                .contains("default/client:")
                .contains("svc/default/far:80")
                .contains("default/far:80")
                .contains("dnat");
        JsonNode flow = TestLab.json(
                Ran.fairlead("flows", "--name", lab.name(), "--svc", "default/far", "--json")
                        .lines()
                        .getLast(),
                "flows");
        assertThat(flow.path("client").asText()).isEqualTo("pod/default/client");
        assertThat(flow.path("server").asText()).isEqualTo("pod/default/far");
        assertThat(flow.path("verdict").asText()).isEqualTo("answered");
        String counted = TestLab.witness(
                lab.node("node-1"),
                "conntrack",
                "-L",
                "-p",
                "tcp",
                "--orig-src",
                lab.podIp("client"),
                "--sport",
                TracedLab.port(flow.path("source").asText()));
        assertThat(counted).contains("bytes=" + flow.path("sentBytes").asText() + " ");
        assertThat(Ran.fairlead("flows", "--name", lab.name(), "--pod", "idle").ok())
                .isEqualTo("no connections\n");
    }

    @Test
    void flowsAreFollowed() {
        try (RunningProgram following =
                TestLab.fairleadBeside("flows", "-f", "--name", lab.name(), "--pod", "client")) {
            Poll.until(
                    PATIENCE,
                    () -> {
                        lab.get("client", "http://" + lab.serviceIp("near") + "/hostname");
                        return following.find("new ").isPresent();
                    },
                    () -> following.lines().toString());
            assertThat(following.await("new ", PATIENCE))
                    .contains("default/client:")
                    .contains("→ svc/default/near:80 → default/near:80");
        }
    }
}
