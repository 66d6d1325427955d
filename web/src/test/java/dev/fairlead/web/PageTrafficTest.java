package dev.fairlead.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import dev.fairlead.testkit.Poll;
import java.io.IOException;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Lines between those who talk, in a real browser.
 *
 * <pre>
 *   Chromium ── 127.0.0.1 ── PageDoor ── HandMadeCluster: client ── Service web ── web-1, and others
 * </pre>
 */
class PageTrafficTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final String CLIENT = "pod/default/client";
    private static final String WEB = "svc/default/web";
    private static final String WEB_1 = "pod/default/web-1";
    private static final int MEGABIT = 125_000;
    private static final LocatorAssertions.HasTextOptions PATIENT =
            new LocatorAssertions.HasTextOptions().setTimeout(20_000);

    private static Chromium chromium;

    private final HandMadeCluster cluster = new HandMadeCluster(3, 11, false);
    private final PageDoor door = PageDoor.open(cluster, 0, TOKEN);

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
    }

    @AfterAll
    static void complainsOfNothing() {
        if (chromium != null) {
            chromium.close();
            assertThat(chromium.failures).isEmpty();
        }
    }

    @AfterEach
    void close() {
        chromium.closePages();
        door.close();
    }

    private static String line(String client, String server) {
        return "#drawing .talk[data-client='" + client + "'][data-server='" + server + "']";
    }

    private static void awaitLines(Page page, int count) {
        assertThat(page.locator("#drawing .talk"))
                .hasCount(count, new LocatorAssertions.HasCountOptions().setTimeout(20_000));
    }

    @Test
    void whoTalksIsALineBetweenTheEndsWithItsRateAndARowOfATable() {
        Page page = chromium.open(door.link(), 1360, 860, ColorScheme.LIGHT);
        awaitLines(page, 0);
        assertThat(page.locator("#talks-more")).hasText("Nobody talks now.", PATIENT);
        cluster.talk(CLIENT, WEB, WEB_1, MEGABIT);
        cluster.talk(CLIENT, "", "pod/default/jobs-1", MEGABIT / 1000);
        cluster.talk("node/node-3", "", "pod/default/api-1", MEGABIT / 1000);
        cluster.talk(CLIENT, "", "203.0.113.9", MEGABIT / 1000);
        awaitLines(page, 4);
        Locator row = page.locator("#talks-rows tr:has-text('Service')");
        assertThat(row)
                .hasText(Pattern.compile("client\\s*Service web → web-1\\s*1\\.0 Mbit/s\\s*3\\.0 Mbit/s"), PATIENT);
        assertThat(page.locator("#drawing .talk-label:has-text('web')")).hasText("web 4.0 Mbit/s", PATIENT);
        assertThat(page.locator("#talks-rows")).containsText("node-3");
        assertThat(width(page, line(CLIENT, WEB_1)))
                .as("more is thicker")
                .isGreaterThan(width(page, line(CLIENT, "pod/default/jobs-1")) + 1);
        assertThat(touches(page, line(CLIENT, WEB_1), CLIENT, 0))
                .as("begins at the client")
                .isTrue();
        assertThat(touches(page, line(CLIENT, WEB_1), WEB_1, 1))
                .as("ends at the server")
                .isTrue();
        Chromium.shot(page, "talks");

        page.hover("[data-object='" + WEB + "']");
        assertThat(page.locator("#drawing .talk.lit")).hasAttribute("data-server", WEB_1);
        assertThat(page.locator("#drawing .talk.dim")).hasCount(3);

        cluster.silence();
        awaitLines(page, 0);
        assertThat(page.locator("#talks-rows tr")).hasCount(0);
        assertThat(page.locator("#talks-more")).hasText("Nobody talks now.", PATIENT);
    }

    private static double width(Page page, String line) {
        return Double.parseDouble(page.locator(line).getAttribute("stroke-width"));
    }

    /** Whether an end of a line is at a pod's edge. @param share 0 where it begins, 1 where it ends */
    private static boolean touches(Page page, String line, String pod, int share) {
        return (boolean) page.evaluate("""
                ([line, pod, share]) => {
                  const path = document.querySelector(line);
                  const at = path.getPointAtLength(path.getTotalLength() * share).matrixTransform(path.getScreenCTM());
                  const box = document.querySelector(`[data-object='${pod}']`).getBoundingClientRect();
                  return at.x > box.left - 4 && at.x < box.right + 4 && at.y > box.top - 4 && at.y < box.bottom + 4;
                }""", java.util.List.of(line, "pod/" + pod.substring(4), share));
    }

    @Test
    void theBusiestAreShownAndTheOthersCounted() {
        for (int i = 1; i <= 30; i++) {
            cluster.talk("node/node-1", "", "10.9.0." + i, MEGABIT * 2);
            cluster.talk("node/node-2", "", "10.9.0." + i, MEGABIT);
        }
        Page page = chromium.open(door.link(), 1360, 860, ColorScheme.LIGHT);
        awaitLines(page, 40);
        assertThat(page.locator("#drawing .talk[data-client='node/node-1']")).hasCount(30);
        assertThat(page.locator("#talks-rows tr")).hasCount(40);
        assertThat(page.locator("#talks-more"))
                .hasText("and 20 more, together 20 Mbit/s sent, 60 Mbit/s received", PATIENT);
    }

    @Test
    void linesMoveOnlyForThoseWhoWantIt() {
        cluster.talk("node/node-1", "", "node/node-2", MEGABIT);
        Page moving = chromium.open(door.link(), 1360, 860, ColorScheme.LIGHT);
        awaitLines(moving, 1);
        moving.waitForFunction(paintedOnTheLine() + " > 0");
        Page still = chromium.open(door.link(), 1360, 860, ColorScheme.LIGHT, ReducedMotion.REDUCE);
        awaitLines(still, 1);
        assertThat(still.locator("#talks-rows td").nth(1)).hasText("1.0 Mbit/s", PATIENT); // told several times by now
        assertThat(still.evaluate(paintedOnTheLine())).isEqualTo(0);
    }

    /** How many points of the canvas around the middle of the line have something on them. */
    private static String paintedOnTheLine() {
        return """
                (() => {
                  const path = document.querySelector('#drawing .talk');
                  const at = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM());
                  const canvas = document.getElementById('motion');
                  const box = canvas.getBoundingClientRect();
                  const scale = canvas.width / box.width;
                  const pixels = canvas.getContext('2d')
                    .getImageData((at.x - box.left - 15) * scale, (at.y - box.top - 15) * scale, 30 * scale, 30 * scale).data;
                  return pixels.filter((value, i) => i % 4 === 3 && value > 0).length;
                })()""";
    }

    @ParameterizedTest
    @CsvSource({"LIGHT, 1360", "DARK, 400"})
    void axeFindsNoSeriousFault(ColorScheme scheme, int width) throws IOException {
        cluster.talk(CLIENT, WEB, WEB_1, MEGABIT);
        cluster.talk(WEB_1, "", "pod/default/jobs-1", MEGABIT / 100);
        cluster.talk("pod/default/jobs-1", "", WEB_1, MEGABIT / 10);
        cluster.talk("node/node-3", "", "pod/default/api-1", 200);
        Page page = chromium.open(door.link(), width, 860, scheme);
        awaitLines(page, 4);
        assertThat(Chromium.faults(page)).isEmpty();
        assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .as("nothing is wider than the window")
                .isEqualTo(true);
        Chromium.shot(page, "talks-" + scheme.name().toLowerCase(java.util.Locale.ROOT) + "-" + width);
    }

    @Test
    void nobodyCountsWhenNobodyLooks() {
        assertThat(cluster.watching()).isZero();
        var unused = chromium.open(door.link(), 1360, 860, ColorScheme.LIGHT);
        Poll.until(Duration.ofSeconds(60), () -> cluster.watching() == 1, () -> cluster.watching() + " watch");
        chromium.closePages();
        Poll.until(Duration.ofSeconds(60), () -> cluster.watching() == 0, () -> cluster.watching() + " watch");
    }
}
