package dev.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.serve.ApiRouter;
import dev.fairlead.api.serve.Certificate;
import dev.fairlead.api.serve.HttpDoor;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
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

    private record Exchange(String command, String stdin, String answer) {}

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
            Path config = Files.writeString(home.resolve("config"), kubeconfig(door.port(), certificate));
            for (Exchange exchange : conversation()) {
                String answer = run(kubectl, config, exchange);
                assertThat(answer.lines().map(String::stripTrailing).toList())
                        .as("$ %s\n%s", exchange.command(), answer)
                        .satisfies(lines ->
                                assertFits(lines, exchange.answer().lines().toList()));
            }
        }
    }

    private static void assertFits(List<? extends String> lines, List<String> wanted) {
        assertThat(lines).hasSameSizeAs(wanted);
        for (int i = 0; i < wanted.size(); i++) {
            String pattern =
                    Pattern.quote(wanted.get(i)).replace("…", "\\E.*\\Q").replaceAll(" +", "\\\\E +\\\\Q");
            assertThat(lines.get(i)).matches(pattern);
        }
    }

    private static List<Exchange> conversation() throws IOException {
        List<Exchange> exchanges = new ArrayList<>();
        try (InputStream in = KubectlTest.class.getResourceAsStream("kubectl.txt")) {
            assertThat(in).isNotNull();
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (String part : text.split("(?m)^\\$ kubectl ", -1)) {
                int line = part.indexOf('\n');
                if (part.isBlank() || part.startsWith("#") || line < 0) {
                    continue;
                }
                String command = part.substring(0, line);
                String rest = part.substring(line + 1);
                if (command.endsWith(" <<EOF")) {
                    String[] both = rest.split("(?m)^EOF\n", 2);
                    exchanges.add(
                            new Exchange(command.substring(0, command.length() - 6), both[0], both[1].stripTrailing()));
                } else {
                    exchanges.add(new Exchange(command, "", rest.stripTrailing()));
                }
            }
        }
        return exchanges;
    }

    private String run(Path kubectl, Path config, Exchange exchange) throws IOException, InterruptedException {
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

    private static String kubeconfig(int port, Certificate certificate) {
        return """
                apiVersion: v1
                kind: Config
                clusters:
                - name: lab
                  cluster:
                    server: https://127.0.0.1:%d
                    certificate-authority-data: %s
                users:
                - name: lab
                  user: {token: %s}
                contexts:
                - name: lab
                  context: {cluster: lab, user: lab}
                current-context: lab
                """.formatted(
                port, Base64.getEncoder().encodeToString(certificate.pem().getBytes(StandardCharsets.US_ASCII)), TOKEN);
    }
}
