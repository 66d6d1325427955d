package dev.fairlead.web;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import dev.fairlead.testkit.Oracle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;

/** The machine's own Chromium, without a window, and without any way to elsewhere than loopback. */
final class Chromium implements AutoCloseable {
    private static final List<String> PROGRAMS =
            List.of("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome");
    private static final List<String> ARGUMENTS = List.of(
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--no-default-browser-check",
            "--no-proxy-server");

    private final Playwright playwright;
    private final Browser browser;
    /** What pages asked for beside the link that they were opened by. */
    final TreeSet<String> asked = new TreeSet<>();
    /** What pages complained of. */
    final List<String> failures = new ArrayList<>();

    private Chromium(Playwright playwright, Browser browser) {
        this.playwright = playwright;
        this.browser = browser;
    }

    /** Skips the test, with the reason, where the machine has none. */
    static Chromium start() {
        Optional<Path> program =
                PROGRAMS.stream().flatMap(name -> find(name).stream()).findFirst();
        if (program.isEmpty()) {
            String reason = "SKIPPED: no Chromium is installed (apt install chromium-headless-shell)";
            System.out.println(reason);
            Assumptions.abort(reason);
        }
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        Playwright playwright = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
        return new Chromium(
                playwright,
                playwright
                        .chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(program.orElseThrow())
                                .setArgs(ARGUMENTS)));
    }

    private static Optional<Path> find(String program) {
        return Oracle.isInstalled(program)
                ? List.of(System.getenv("PATH").split(":", -1)).stream()
                        .map(directory -> Path.of(directory, program))
                        .filter(java.nio.file.Files::isExecutable)
                        .findFirst()
                : Optional.empty();
    }

    /** Opens a link in a profile of its own, and waits until the cluster is drawn. */
    Page open(String link, int width, int height, ColorScheme scheme) {
        return open(link, width, height, scheme, ReducedMotion.NO_PREFERENCE);
    }

    Page open(String link, int width, int height, ColorScheme scheme, ReducedMotion motion) {
        Page page = browser.newContext(new Browser.NewContextOptions()
                        .setViewportSize(width, height)
                        .setColorScheme(scheme)
                        .setReducedMotion(motion))
                .newPage();
        page.onRequest(request -> asked.add(request.url()));
        page.onPageError(failures::add);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                failures.add(message.text());
            }
        });
        page.navigate(link);
        page.waitForSelector("html[data-drawn]");
        return page;
    }

    /** What axe-core calls serious or critical. */
    static List<?> faults(Page page) throws IOException {
        try (var in = Objects.requireNonNull(
                Chromium.class.getResourceAsStream("/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js"))) {
            page.evaluate(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        return (List<?>) page.evaluate("""
                axe.run(document, {resultTypes: ['violations']}).then(result => result.violations
                  .filter(fault => ['serious', 'critical'].includes(fault.impact))
                  .map(fault => fault.id + ': ' + fault.nodes.map(node => node.html + node.failureSummary).join('; ')))""");
    }

    static void shot(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target", "screenshots", name + ".png")));
    }

    /** Pages that are still open would take the next one's time. */
    void closePages() {
        browser.contexts().forEach(com.microsoft.playwright.BrowserContext::close);
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
