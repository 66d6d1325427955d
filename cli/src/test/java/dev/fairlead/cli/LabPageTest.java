package dev.fairlead.cli;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.LocatorAssertions;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.RunningProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page of a real lab in a real browser.
 *
 * <pre>
 *   Chromium ── 127.0.0.1 ── lab: node-1: client, a web ──┐
 *                                                         ├ switch
 *                                 node-2: a web, later ───┘
 * </pre>
 */
@HostUnchanged
class LabPageTest {
    private static final String CLUSTER = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: 2
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: http, image: fairlead/http}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {selector: {app: web}, ports: [{port: 80}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: client}
            spec: {nodeName: node-1, containers: [{name: main, image: host, command: [sleep, infinity]}]}
            """;
    private static final Pattern RATE = Pattern.compile("[1-9][0-9.]* [kMG]?bit/s");
    private static final LocatorAssertions.HasTextOptions PATIENT_TEXT =
            new LocatorAssertions.HasTextOptions().setTimeout(30_000);
    private static final LocatorAssertions.HasCountOptions PATIENT_COUNT =
            new LocatorAssertions.HasCountOptions().setTimeout(30_000);

    private static final String LATE = """
            apiVersion: v1
            kind: Pod
            metadata: {name: late}
            spec: {nodeName: node-2, containers: [{name: http, image: fairlead/http}]}
            """;

    @Test
    void drawsTheLabFollowsItAndPlaysATraceToItsEnd(@TempDir Path home) throws IOException {
        Path chromium = chromium();
        try (TestLab lab = TestLab.up(CLUSTER);
                Playwright playwright = Playwright.create(new Playwright.CreateOptions().setEnv(noDownloads()));
                Browser browser = launch(playwright, chromium)) {
            String link = lab.lab("page").ok().strip();
            assertThat(link).matches("http://127\\.0\\.0\\.1:\\d+/\\?token=[0-9a-f]{48}");
            assertThat(lab.status().path("page").asText()).isEqualTo(link);

            TreeSet<String> asked = new TreeSet<>();
            Page page = browser.newPage(new Browser.NewPageOptions().setViewportSize(1360, 860));
            page.onRequest(request -> asked.add(request.url()));
            page.navigate(link);
            page.waitForSelector("html[data-drawn]");
            assertThat(page.locator("#drawing .head")).hasCount(2);
            assertThat(page.locator("#drawing .pod.ready")).hasCount(4); // with the name server
            String ip = lab.podIp("client");
            assertThat(page.locator("[data-object='pod/default/client'] .pod-ip"))
                    .hasText(ip);

            create(lab, home);
            assertThat(page.locator("[data-object='pod/default/late'].ready")).hasCount(1);

            page.evaluate("document.documentElement.dataset.pace = 0.05");
            page.click("[data-object='pod/default/client']");
            assertThat(page.locator("#object-sections")).containsText("inet " + ip + "/24");
            assertThat(page.locator("#object-sections"))
                    .containsText(TestLab.witness(lab.pod("client"), "ip", "route", "show", "default")
                            .strip());
            page.click("[data-object='svc/default/web']");
            page.waitForSelector("#player[data-played]");
            assertThat(page.locator("#verdict")).containsText("answered in");
            assertThat(page.locator("#hops .event.dnat")).hasCount(1);
            assertThat(page.locator("#hops .event.undnat")).hasCount(1);
            assertThat(page.locator("#hops .changed s").first()).hasText(lab.serviceIp("web") + ":80");
            assertThat(page.locator("#hop-text")).containsText("default/client, eth0");
            page.click("#hops [data-hop='request-2'] button");
            assertThat(page.url()).contains("&id=1");
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", "lab.png")));
            assertThat(asked).allMatch(url -> url.startsWith(link.substring(0, link.indexOf('?'))));
        }
    }

    /** Against conntrack's own word: no line while nobody sends, one between the right ends while somebody does. */
    @Test
    void showsWhoTalksToWhomWhileTheyDo() {
        Oracle.assumeInstalled("curl");
        Path chromium = chromium();
        try (TestLab lab = TestLab.up(CLUSTER);
                Playwright playwright = Playwright.create(new Playwright.CreateOptions().setEnv(noDownloads()));
                Browser browser = launch(playwright, chromium)) {
            Page page = browser.newPage(new Browser.NewPageOptions().setViewportSize(1360, 860));
            page.navigate(lab.lab("page").ok().strip());
            page.waitForSelector("html[data-drawn]");
            Locator lines = page.locator("#drawing .talk");
            assertThat(page.locator("#talks-more")).hasText("Nobody talks now.", PATIENT_TEXT);
            assertThat(lines).hasCount(0, PATIENT_COUNT);

            page.evaluate("document.documentElement.dataset.pace = 0.05");
            page.selectOption("#from", "pod/default/client");
            page.selectOption("#to", "svc/default/web:80");
            page.click("#predict");
            assertThat(page.locator("#verdict")).containsText("nothing was sent");
            assertThat(page.locator("#hops .event.dnat")).hasCount(1);
            assertThat(flowsOf(lab)).as("a prediction sends nothing").doesNotContain("src=" + lab.podIp("client"));

            String url = "http://" + lab.serviceIp("web") + "/hostname";
            String loop = "for i in $(seq 1000); do curl -sS -m 3 -o /dev/null " + url + "; sleep 0.1; done";
            try (RunningProgram unused = TestLab.beside(lab.pod("client"), "sh", "-c", loop)) {
                for (JsonNode web : lab.podsOf("web")) {
                    Locator line = page.locator("#drawing .talk[data-client='pod/default/client']"
                            + "[data-service='svc/default/web'][data-server='pod/default/"
                            + web.path("name").asText() + "']");
                    assertThat(line).hasCount(1, PATIENT_COUNT);
                    Locator cells = page.locator(
                                    "#talks-rows tr",
                                    new Page.LocatorOptions()
                                            .setHasText(web.path("name").asText()))
                            .locator("td");
                    assertThat(cells.nth(1)).hasText(RATE, PATIENT_TEXT);
                    assertThat(cells.nth(2)).hasText(RATE, PATIENT_TEXT);
                }
                assertThat(lines).hasCount(2);
                assertThat(flowsOf(lab)).contains("dst=" + lab.serviceIp("web"));
                page.keyboard().press("Escape");
                page.screenshot(
                        new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", "lab-talks.png")));
            }
            assertThat(lines).hasCount(0, PATIENT_COUNT);
            assertThat(page.locator("#talks-more")).hasText("Nobody talks now.", PATIENT_TEXT);
        }
    }

    /** What node-1's kernel remembers of the client. */
    private static String flowsOf(TestLab lab) {
        return TestLab.witness(lab.node("node-1"), "conntrack", "-L", "--orig-src", lab.podIp("client"));
    }

    private static Browser launch(Playwright playwright, Path chromium) {
        return playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium)
                        .setArgs(List.of(
                                "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
                                "--disable-background-networking",
                                "--no-first-run",
                                "--no-proxy-server")));
    }

    /** By kubectl where there is one. */
    private static void create(TestLab lab, Path home) {
        List<String> kubectl = Kubectl.installed();
        if (kubectl.isEmpty()) {
            lab.labWithInput(LATE, "apply", "-f", "-").ok();
        } else {
            Kubectl.of(kubectl.getFirst(), lab, home)
                    .withInput(LATE, List.of("create", "-f", "-"))
                    .ok();
        }
    }

    private static Map<String, String> noDownloads() {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        return environment;
    }

    private static Path chromium() {
        Optional<Path> program = Stream.of(System.getenv("PATH").split(":", -1))
                .flatMap(directory -> Stream.of(
                                "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst();
        if (program.isEmpty()) {
            Oracle.assumeInstalled("chromium-headless-shell");
            Assumptions.abort();
        }
        return program.orElseThrow();
    }
}
