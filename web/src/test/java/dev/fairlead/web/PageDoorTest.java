package dev.fairlead.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.Oracle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in and what is sent, by curl. */
class PageDoorTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final String BEARER = "Authorization: Bearer " + TOKEN;
    private static final int MOST_BYTES = 300_000;

    private final HandMadeCluster cluster = new HandMadeCluster(20, 500, false);
    private final PageDoor door = PageDoor.open(cluster, 0, TOKEN);
    private final String origin = "http://127.0.0.1:" + door.port();

    @AfterEach
    void close() {
        door.close();
    }

    private static String curl(String... arguments) {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "-m", "10"));
        command.addAll(List.of(arguments));
        return Oracle.here().run(command.toArray(String[]::new));
    }

    private static String status(String... arguments) {
        List<String> all = new ArrayList<>(List.of("-o", "/dev/null", "-w", "%{http_code}"));
        all.addAll(List.of(arguments));
        return curl(all.toArray(String[]::new));
    }

    @Test
    void onlyWhoHasTheTokenIsLetIn() {
        for (String path : List.of("/", "/page.css", "/api/events", "/api/details?object=node/node-1", "/nothing")) {
            assertThat(status(origin + path)).as(path).isEqualTo("401");
            assertThat(status("-H", "Authorization: Bearer wrong", origin + path))
                    .isEqualTo("401");
            assertThat(status("-H", "Cookie: fairlead-" + door.port() + "=wrong", origin + path))
                    .isEqualTo("401");
        }
        assertThat(status(origin + "/?token=wrong")).isEqualTo("401");
        assertThat(status(origin + "/page.css?token=" + TOKEN))
                .as("only the link has it")
                .isEqualTo("401");
        assertThat(status(door.link())).isEqualTo("200");
        assertThat(status("-H", BEARER, origin + "/page.css")).isEqualTo("200");
        assertThat(status("-H", BEARER, origin + "/nothing")).isEqualTo("404");
        assertThat(status("-H", BEARER, origin + "/../pom.xml", "--path-as-is")).isIn("404", "400");
    }

    @Test
    void theLinkGivesACookieThatOnlyThisPageSends(@TempDir Path directory) {
        String jar = directory.resolve("jar").toString();
        String headers = curl("-D", "-", "-o", "/dev/null", "-c", jar, door.link());
        assertThat(headers)
                .contains("SameSite=Strict", "HttpOnly")
                .containsIgnoringCase("Content-Security-Policy: default-src 'self'")
                .containsIgnoringCase("X-Content-Type-Options: nosniff")
                .doesNotContain("unsafe-inline");
        assertThat(status("-b", jar, origin + "/page.js")).isEqualTo("200");
        assertThat(status("-b", jar, "-H", "Sec-Fetch-Site: same-origin", origin + "/api/details?object=node/node-1"))
                .isEqualTo("200");
        for (String other : List.of("cross-site", "same-site")) {
            assertThat(status("-b", jar, "-H", "Sec-Fetch-Site: " + other, origin + "/api/details?object=node/node-1"))
                    .isEqualTo("403");
        }
    }

    @Test
    void anotherNameForThisAddressIsRefused() {
        assertThat(status("-H", "Host: evil.example:" + door.port(), door.link()))
                .isEqualTo("421");
        assertThat(status("-H", "Host: 127.0.0.1.evil.example", door.link())).isEqualTo("421");
        assertThat(status("-H", "Host: localhost:8080", door.link())).isEqualTo("200");
    }

    @Test
    void filesAreSmallAndSentOnce() {
        int sum = 0;
        for (String name : PageFiles.TYPES.keySet()) {
            String path = name.equals("index.html") ? "/" : "/" + name;
            sum += Integer.parseInt(curl(
                    "-H",
                    BEARER,
                    "-H",
                    "Accept-Encoding: gzip",
                    "-o",
                    "/dev/null",
                    "-w",
                    "%{size_download}",
                    origin + path));
            String tag = curl("-H", BEARER, "-o", "/dev/null", "-w", "%header{etag}", origin + path);
            if (!tag.startsWith("%")) { // a curl before 7.84 can't print headers
                assertThat(tag).startsWith("\"");
                assertThat(status("-H", BEARER, "-H", "If-None-Match: " + tag, origin + path))
                        .isEqualTo("304");
            }
        }
        String plain = curl("-H", BEARER, origin + "/page.css");
        assertThat(curl("-H", BEARER, "--compressed", origin + "/page.css"))
                .isEqualTo(plain)
                .contains("--packet");
        int events = size(List.of("-H", "Accept-Encoding: gzip"));
        assertThat(events).as("20 nodes and 500 pods, zipped").isPositive();
        System.out.printf("the page: %d bytes, and %d for 20 nodes and 500 pods%n", sum, events);
        assertThat(sum + events).isLessThan(MOST_BYTES);
    }

    private int size(List<String> more) {
        String seconds = "3";
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "-N", "-m", seconds, "-H", BEARER));
        command.addAll(more);
        command.addAll(List.of("-o", "/dev/null", "-w", "%{size_download}", origin + "/api/events"));
        return Integer.parseInt(
                Oracle.here().attempt(command.toArray(String[]::new)).output());
    }

    /** curl ends a stream that has no end by itself, with exit code 28. */
    private String events(String seconds, String... more) {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "-N", "-m", seconds, "-H", BEARER));
        command.addAll(List.of(more));
        command.add(origin + "/api/events");
        return Oracle.here().attempt(command.toArray(String[]::new)).output();
    }

    @Test
    void theWholeComesFirstAndThenWhatChanges() {
        long begin = System.nanoTime();
        CompletableFuture<Long> changing = CompletableFuture.supplyAsync(() -> {
            for (int i = 0; i < 400; i++) {
                cluster.put("late", 3, 200 + i % 50, i % 2 == 0);
                java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
            }
            return (System.nanoTime() - begin) / 1_000_000;
        });
        String told = events("4");
        List<String> names = told.lines()
                .filter(line -> line.startsWith("event: "))
                .distinct()
                .toList();
        assertThat(names).contains("event: topology", "event: change", "event: traffic");
        assertThat(told.lines()
                        .filter(line -> line.startsWith("event: "))
                        .toList()
                        .getFirst())
                .isEqualTo("event: topology");
        assertThat(told.lines().filter("event: topology"::equals)).hasSize(1);
        assertThat(told.lines().filter("event: change"::equals))
                .as("400 changes, told at most five times a second")
                .hasSizeBetween(3, (int) (changing.join() / 200) + 2);
        String change = told.lines()
                .dropWhile(line -> !line.equals("event: change"))
                .filter(line -> line.startsWith("data: "))
                .findFirst()
                .orElseThrow();
        assertThat(change).contains("default/late").doesNotContain("default/client");
    }

    @Test
    void aPageThatMissedNothingIsNotSentTheWholeAgain() {
        String id = events("3")
                .lines()
                .filter(line -> line.startsWith("id: "))
                .findFirst()
                .orElseThrow();
        assertThat(events("3", "-H", "Last-Event-ID: " + id.substring(4))).doesNotContain("event: topology");
        cluster.remove("client");
        assertThat(events("3", "-H", "Last-Event-ID: " + id.substring(4))).contains("event: topology");
    }

    @Test
    void wrongQuestionsGetASentence() {
        String json = "Content-Type: application/json";
        String[] silent = {
            "-H",
            BEARER,
            "-H",
            json,
            "-d",
            "{\"from\":\"pod/default/client\",\"to\":\"svc/default/quiet:80\",\"protocol\":\"tcp\"}",
            "-w",
            " %{http_code}",
            origin + "/api/trace"
        };
        assertThat(curl(silent)).isEqualTo("Service default/quiet has no endpoints, so its port refuses 422");
        assertThat(curl("-H", BEARER, "-d", "{", "-w", " %{http_code}", origin + "/api/trace"))
                .isEqualTo("the request's body is no JSON 422");
        assertThat(curl("-H", BEARER, "-d", "{}", "-w", " %{http_code}", origin + "/api/explain"))
                .isEqualTo("the protocol must be tcp, udp or icmp 422");
    }
}
