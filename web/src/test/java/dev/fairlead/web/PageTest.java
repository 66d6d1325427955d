package dev.fairlead.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PageTest {
    @Test
    void look() throws Exception {
        HandMadeCluster small = new HandMadeCluster(3, 11, false);
        HandMadeCluster large = new HandMadeCluster(20, 500, true);
        try (PageDoor door = PageDoor.open(small, 0, "abc123");
                PageDoor big = PageDoor.open(large, 0, "abc123");
                Chromium chromium = Chromium.start()) {
            for (ColorScheme scheme : new ColorScheme[] {ColorScheme.LIGHT, ColorScheme.DARK}) {
                Page page = chromium.open(door.link(), 1360, 860, scheme);
                page.waitForSelector("html[data-drawn]");
                System.out.println("drawn " + page.evaluate("document.documentElement.dataset.drawn"));
                Thread.sleep(1500);
                shot(page, "small-" + scheme);
                page.click("[data-object='pod/default/client']");
                Thread.sleep(300);
                shot(page, "object-" + scheme);
                page.click("[data-object='svc/default/web']");
                Thread.sleep(4500);
                shot(page, "trace-" + scheme);
                page.context().close();
            }
            Page page = chromium.open(big.link(), 1360, 860, ColorScheme.LIGHT);
            page.waitForSelector("html[data-drawn]");
            System.out.println("drawn " + page.evaluate("document.documentElement.dataset.drawn"));
            Thread.sleep(2500);
            shot(page, "large");
            System.out.println("fps " + page.evaluate("new Promise(r=>{let n=0,t=performance.now();const f=()=>{n++;performance.now()-t>2000?r(n/2):requestAnimationFrame(f)};f()})"));
            page.context().close();
            page = chromium.open(door.link() + "#from=pod/default/client&to=svc/default/web:80&protocol=tcp", 400, 860, ColorScheme.LIGHT);
            page.waitForSelector("html[data-drawn]");
            Thread.sleep(3500);
            shot(page, "phone");
            page.screenshot(new Page.ScreenshotOptions().setFullPage(true).setPath(Path.of("target/screenshots/phone-full.png")));
            System.out.println(chromium.asked);
        }
        assertThat(small).isNotNull();
    }

    private static void shot(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(Path.of("target/screenshots/" + name + ".png")));
    }
}
