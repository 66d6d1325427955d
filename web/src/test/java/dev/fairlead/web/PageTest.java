package dev.fairlead.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The page in a real browser. Pictures of it are left in {@code target/screenshots}. Over 300 lines: what one page does, in the one browser that is started for it.
 *
 * <pre>
 *   Chromium ── 127.0.0.1 ── PageDoor ── HandMadeCluster: 3 nodes, 11 pods; or 20 nodes, 500 pods
 * </pre>
 */
class PageTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final String CLIENT = "[data-object='pod/default/client']";
    private static final String WEB = "[data-object='svc/default/web']";
    private static final String TRACE = "#from=pod/default/client&to=svc/default/web:80&protocol=tcp";
    /** The page's promise is 1,000 ms and 60 frames; a machine that does other things meanwhile may be this much slower. */
    private static final int SLACK = 3;

    private static Chromium chromium;
    private static final List<String> origins = new ArrayList<>();

    private final HandMadeCluster cluster = new HandMadeCluster(3, 11, false);
    private final PageDoor door = open(cluster);

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
    }

    @AfterAll
    static void askedNobodyElse() {
        if (chromium != null) {
            chromium.close();
            assertThat(chromium.asked)
                    .isNotEmpty()
                    .allMatch(url -> origins.stream().anyMatch(url::startsWith));
            assertThat(chromium.failures).isEmpty();
        }
    }

    @AfterEach
    void close() {
        chromium.closePages();
        door.close();
    }

    private static PageDoor open(ClusterView view) {
        PageDoor door = PageDoor.open(view, 0, TOKEN);
        origins.add("http://127.0.0.1:" + door.port() + "/");
        return door;
    }

    private Page page() {
        return chromium.open(door.link(), 1360, 860, ColorScheme.LIGHT);
    }

    @Test
    void drawsTheClusterAndFollowsIt() {
        Page page = page();
        assertThat(page.locator("#counts")).hasText("3 nodes · 11 of 11 pods ready · 3 Services");
        assertThat(page.locator("#drawing .pod")).hasCount(11);
        assertThat(page.locator("#drawing .head")).hasCount(3);
        assertThat(page.locator("#drawing .veth")).hasCount(11);
        assertThat(page.locator(CLIENT))
                .hasAttribute("aria-label", java.util.regex.Pattern.compile("10\\.244\\.1\\.2.*node-1.*"));
        assertThat(page.locator("#link-state")).hasText("live");
        var before = page.locator(CLIENT).boundingBox();

        cluster.put("late", 2, 99, false);
        assertThat(page.locator("[data-object='pod/default/late'].unready")).hasCount(1);
        cluster.remove("web-2");
        assertThat(page.locator("[data-object='pod/default/web-2']")).hasCount(0);
        assertThat(page.locator("#counts")).hasText("3 nodes · 10 of 11 pods ready · 3 Services");
        var after = page.locator(CLIENT).boundingBox();
        assertThat(List.of(after.x, after.y)).as("what isn't concerned stays").isEqualTo(List.of(before.x, before.y));
        assertThat(page.locator(CLIENT + " .rate")).hasText(java.util.regex.Pattern.compile("bit/s"));
        Chromium.shot(page, "cluster");
    }

    @Test
    void aClickOnAPodAndOnAServicePlaysTheWayThereAndBack() {
        Page page = page();
        hurry(page);
        page.click(CLIENT);
        assertThat(page.locator("#object-title")).hasText("pod default/client");
        assertThat(page.locator("#object-sections")).containsText("default via 10.244.1.1 dev eth0");
        Chromium.shot(page, "object");
        page.click(WEB);
        page.waitForSelector("#player[data-played]");
        assertThat(page.locator("#trace-title")).hasText("client → web:80");
        assertThat(page.locator("#verdict")).hasText("answered in 0.41 ms ✓ as predicted");
        assertThat(page.locator("#hop-text")).hasText("default/client, eth0: delivered to the pod");
        assertThat(page.locator("#reply")).hasAttribute("aria-pressed", "true");
        assertThat(page.locator("#hops li[aria-current]")).hasAttribute("data-hop", "reply-8");
        assertThat(page.locator("#drawing .way.done")).hasCount(1);
        assertThat(page.url()).endsWith("#from=pod%2Fdefault%2Fclient&to=svc%2Fdefault%2Fweb%3A80&protocol=tcp&id=1");
    }

    @Test
    void aLinkShowsTheSameTraceAndHopsAreStepped() {
        Page page = chromium.open(door.link() + TRACE, 1360, 860, ColorScheme.DARK);
        assertThat(page.locator("#trace-title")).hasText("client → web:80");
        page.click("#hops [data-hop='request-0'] button"); // it plays by itself until somebody steps
        page.click("#step");
        page.click("#step");
        assertThat(page.locator("#progress")).hasText("3 / 9");
        assertThat(page.locator("#hop-header .changed")).hasText("10.96.0.80:80 → 10.244.2.2:8080");
        page.locator("#hops [data-hop='request-2'] pre").waitFor();
        Chromium.shot(page, "trace-dark");
        page.click("#back");
        assertThat(page.locator("#progress")).hasText("2 / 9");
        page.click("#reply");
        assertThat(page.locator("#hop-text")).containsText("default/web-1, eth0: left the pod");
        page.click("#hops [data-hop='request-8'] button");
        assertThat(page.locator("#progress")).hasText("9 / 9");
    }

    @Test
    void whatWasSaidOfAPacketStandsWhenPodsComeAndAnEchoRequestAsksNoPort() {
        Page page = page();
        page.selectOption("#to", "pod/default/web-1");
        page.fill("#port", "81");
        page.selectOption("#protocol", "icmp");
        assertThat(page.locator("#port")).isDisabled();
        cluster.put("late", 2, 99, false);
        assertThat(page.locator("#to option[value='pod/default/late']")).hasCount(1);
        assertThat(page.locator("#protocol")).hasValue("icmp");
        page.selectOption("#protocol", "tcp");
        assertThat(page.locator("#port")).isEnabled();
        assertThat(page.locator("#port")).hasValue("81");
    }

    @Test
    void everythingIsReachedByKeyboardAndNothingMovesForThoseWhoDoNotWantIt() {
        Page page = page();
        page.emulateMedia(new Page.EmulateMediaOptions().setReducedMotion(ReducedMotion.REDUCE));
        page.locator("#drawing .pod[tabindex='0']").focus();
        String first = focused(page);
        page.keyboard().press("ArrowRight");
        assertThat(focused(page)).isNotEqualTo(first).startsWith("pod/");
        page.keyboard().press("ArrowLeft");
        assertThat(focused(page)).isEqualTo(first);
        page.keyboard().press("Enter");
        assertThat(page.locator(".pod.from")).hasAttribute("data-object", first);
        page.keyboard().press("ArrowDown");
        String second = focused(page);
        page.keyboard().press("Enter");
        assertThat(page.locator("#trace-title")).containsText("→");
        assertThat(page.locator(".pod.to")).hasAttribute("data-object", second);
        page.click("#hops [data-hop='request-0'] button"); // it plays by itself until somebody steps
        page.locator("#play").focus();
        page.keyboard().press("ArrowRight");
        assertThat(page.locator("#progress")).hasText(java.util.regex.Pattern.compile("2 / \\d"));
        page.keyboard().press("Escape");
        assertThat(page.locator("#player")).isHidden();
    }

    private static String focused(Page page) {
        return String.valueOf(page.evaluate("document.activeElement.dataset.object"));
    }

    @Test
    void aRefusalIsSaidAndTextIsNeverMarkup() {
        Page page = page();
        page.selectOption("#from", "pod/default/client");
        page.selectOption("#to", "svc/default/quiet:80");
        page.click("#go");
        assertThat(page.locator("#refusal")).hasText("Service default/quiet has no endpoints, so its port refuses");
        page.click(CLIENT);
        page.click("summary:has-text('no markup')");
        assertThat(page.locator("#object-sections details[open] pre").last()).containsText("<img src=x onerror");
        assertThat(page.locator("main img")).hasCount(0);
        assertThat(page.title()).isEqualTo("paper – Fairlead");
        chromium.failures.removeIf(failure -> failure.contains("422")); // the browser's own note of the refusal
    }

    @Test
    void aLinkShowsTheVerySameTraceAsLongAsItIsKept() {
        Page page = page();
        page.selectOption("#from", "pod/default/client");
        page.selectOption("#to", "svc/default/web:80");
        page.click("#go");
        assertThat(page.locator("#verdict")).hasText("answered in 0.41 ms ✓ as predicted");
        String link = page.url();
        String shown = String.valueOf(page.evaluate("document.getElementById('share').href"));
        assertThat(shown).isEqualTo(link).contains("id=1");
        Page other = chromium.open(door.link() + link.substring(link.indexOf('#')), 1360, 860, ColorScheme.LIGHT);
        assertThat(other.locator("#verdict"))
                .hasText(java.util.regex.Pattern.compile("answered in 0\\.41 ms ✓ as predicted, at \\d.*"));
        assertThat(cluster.traced()).as("nothing is sent again").isEqualTo(1);
        Page late = chromium.open(door.link() + TRACE + "&id=77", 1360, 860, ColorScheme.LIGHT);
        assertThat(late.locator("#verdict")).hasText("answered in 0.42 ms ✓ as predicted");
        assertThat(cluster.traced()).as("what isn't kept is asked anew").isEqualTo(2);
        chromium.failures.removeIf(failure -> failure.contains("404")); // the browser's own note of it
    }

    @Test
    void onlyAPredictionSendsNothing() {
        Page page = page();
        hurry(page);
        page.selectOption("#from", "pod/default/client");
        page.selectOption("#to", "svc/default/web:80");
        page.click("#predict");
        assertThat(page.locator("#trace-title")).hasText("client → web:80");
        assertThat(page.locator("#verdict"))
                .hasText("would be delivered; as well possible: 10.244.3.4:8080 predicted, nothing was sent");
        page.waitForSelector("#player[data-played]");
        assertThat(page.locator("#hops .event.dnat")).hasCount(1);
        assertThat(page.url()).endsWith("&predicted=yes");
        Chromium.shot(page, "predicted");
        page.reload();
        assertThat(page.locator("#verdict")).containsText("nothing was sent");
        assertThat(cluster.traced()).isZero();
        page.click("#go");
        assertThat(page.locator("#verdict")).containsText("answered in");
        assertThat(cluster.traced()).isEqualTo(1);
    }

    @Test
    void afterARefusalTheNextChoiceBeginsAnew() {
        Page page = page();
        page.click(CLIENT);
        page.click("[data-object='svc/default/quiet']");
        assertThat(page.locator("#refusal")).containsText("has no endpoints");
        page.click(CLIENT);
        assertThat(page.locator(".pod.from")).hasAttribute("data-object", "pod/default/client");
        page.click(WEB);
        assertThat(page.locator("#trace-title")).hasText("client → web:80");
        assertThat(page.locator("#refusal")).hasText("");
        chromium.failures.removeIf(failure -> failure.contains("422"));
    }

    @ParameterizedTest
    @CsvSource({"LIGHT, 1360", "DARK, 1360", "LIGHT, 400"})
    void axeFindsNoSeriousFault(ColorScheme scheme, int width) throws IOException {
        Page page = chromium.open(door.link() + TRACE, width, 860, scheme);
        assertThat(page.locator("#trace-title")).hasText("client → web:80");
        page.click("#step");
        page.click("#step");
        page.locator(".head").first().click(); // clears the trace
        assertThat(page.locator("#object-sections details").first()).isVisible();
        assertThat(Chromium.faults(page)).isEmpty();
        page.click(CLIENT);
        page.locator(WEB).click();
        assertThat(page.locator("#hops li[aria-current]")).hasCount(1);
        page.click("#step");
        page.click("#step");
        assertThat(Chromium.faults(page)).isEmpty();
        assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .as("nothing is wider than the window")
                .isEqualTo(true);
        Chromium.shot(page, "trace-" + scheme.name().toLowerCase(java.util.Locale.ROOT) + "-" + width);
    }

    @Test
    void fiveHundredPodsAreDrawnSoonAndMoveSmoothly() {
        HandMadeCluster large = new HandMadeCluster(20, 500, true);
        for (int i = 1; i <= 60; i++) {
            large.talk("pod/default/cache-" + i, "svc/default/web", "pod/default/web-" + (1 + i % 3), 2000L * i * i);
        }
        try (PageDoor wide = open(large)) {
            long drawn = Long.MAX_VALUE;
            Page page = page();
            for (int i = 0; i < 2; i++) {
                page.context().close();
                page = chromium.open(wide.link(), 1360, 860, ColorScheme.LIGHT);
                drawn = Math.min(
                        drawn, Long.parseLong((String) page.evaluate("document.documentElement.dataset.drawn")));
            }
            assertThat(page.locator("#drawing .pod")).hasCount(500);
            page.waitForSelector("#drawing .veth.busy");
            assertThat(page.locator("#drawing .talk")).hasCount(40);
            Chromium.shot(page, "large");
            double frames = 0;
            // The machine may have been busy with something else.
            for (int i = 0; i < 4 && frames <= 60.0 / SLACK; i++) {
                frames = ((Number) page.evaluate("""
                    new Promise(done => {
                      let frames = 0;
                      const start = performance.now();
                      const frame = now => now - start > 1500 ? done(frames / 1.5) : (frames++, requestAnimationFrame(frame));
                      requestAnimationFrame(frame);
                    })""")).doubleValue();
            }
            System.out.printf(
                    "20 nodes, 500 pods, all busy: first drawing after %d ms, %s frames a second%n", drawn, frames);
            page.click("[data-object='pod/default/cache-70']");
            page.click(WEB);
            assertThat(page.locator("#trace-title")).hasText("cache-70 → web:80");
            page.click("#hops [data-hop='request-2'] button");
            assertThat(page.locator("[data-object='pod/default/cache-70']")).isInViewport();
            Chromium.shot(page, "large-trace");
            chromium.closePages(); // before the door, or they would complain of it
            assertThat(drawn).isLessThan(1000L * SLACK);
            assertThat(frames).isGreaterThan(60.0 / SLACK);
        }
    }

    /** People read for a while at each hop; a test doesn't. */
    private static void hurry(Page page) {
        page.evaluate("document.documentElement.dataset.pace = 0.03");
    }
}
