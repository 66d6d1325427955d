package dev.fairlead.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.serve.ApiRouter;
import dev.fairlead.api.serve.Certificate;
import dev.fairlead.api.serve.HttpDoor;
import dev.fairlead.testkit.Story;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real kubectl, of every version that the machine has, has the conversation that {@code kubectl.txt} tells: what stands
 * behind {@code $} is typed, and what follows is the answer, where {@code …} stands for anything on a line.
 */
@EnabledIf(value = "isThere", disabledReason = "there is no kubectl on the PATH")
class KubectlTest {
    private static final String TOKEN = "a-token-of-this-test";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    static boolean isThere() throws IOException {
        return !all().isEmpty();
    }

    /** The one on the PATH, and others that lie beside it under names such as {@code kubectl.1.27}. */
    private static List<Path> all() throws IOException {
        for (String entry : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            Path file = Path.of(entry, "kubectl");
            if (Files.isExecutable(file)) {
                try (Stream<Path> beside = Files.list(file.toRealPath().getParent())) {
                    List<Path> versions = beside.filter(
                                    path -> path.getFileName().toString().matches("kubectl\\.1\\.[0-9]+"))
                            .sorted()
                            .toList();
                    return versions.isEmpty() ? List.of(file.toRealPath()) : versions;
                }
            }
        }
        return List.of();
    }

    @TestFactory
    Stream<DynamicTest> everyKubectlHasTheConversation() throws IOException {
        return all().stream()
                .map(kubectl -> DynamicTest.dynamicTest(kubectl.getFileName().toString(), () -> converse(kubectl)));
    }

    private void converse(Path kubectl) throws IOException, InterruptedException {
        ObjectNode version = new ObjectMapper()
                .createObjectNode()
                .put("major", "1")
                .put("minor", "33")
                .put("gitVersion", "v1.33.0+fairlead")
                .put("gitCommit", "1")
                .put("platform", "linux/amd64");
        Certificate certificate = Certificate.selfSigned(
                "fairlead", List.of("localhost"), List.of(InetAddress.getByName("127.0.0.1")), Duration.ofDays(1));
        Registry registry = Api.start().registry();
        ApiRouter handler = new ApiRouter(registry, version, Map.of());
        try (HttpDoor door = HttpDoor.open(handler, "127.0.0.1", 0, certificate.serverContext(), TOKEN)) {
            Path home = Files.createTempDirectory(directory, "home");
            Path config =
                    Files.writeString(home.resolve("config"), ServedApi.kubeconfig(door.port(), certificate, TOKEN));
            for (Story.Exchange exchange :
                    Story.read(KubectlTest.class, "kubectl.txt").exchanges()) {
                exchange.check("", run(kubectl, config, exchange));
            }
        }
    }

    private String run(Path kubectl, Path config, Story.Exchange exchange) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "exec \"$0\" " + exchange.command() + " 2>&1", kubectl.toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("KUBECONFIG", config.toString());
        builder.environment().put("HOME", directory.toString());
        Process process = builder.start();
        try (var stdin = process.getOutputStream()) {
            stdin.write(exchange.stdin().getBytes(StandardCharsets.UTF_8));
        }
        Thread end = Thread.ofVirtual().start(() -> {
            try {
                if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
            }
        });
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        end.join();
        return out;
    }
}
