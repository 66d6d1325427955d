package dev.fairlead.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.packet.Family;
import dev.fairlead.packet.Protocol;
import dev.fairlead.testkit.Golden;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceTextTest {
    private static final Predictor PREDICTOR = new Predictor(TwoNodeScene.scene());

    private static Prediction prediction(String to, Family family) {
        return PREDICTOR.predict(
                TwoNodeScene.CLIENT, PREDICTOR.flow(TwoNodeScene.CLIENT, Protocol.TCP, TwoNodeScene.to(to, family)));
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 80, 120})
    void predicted(int width) {
        TraceText text = new TraceText(width, false);
        Golden.check(
                "trace",
                "text-" + width + ".txt",
                text.prediction("default/client", "svc/default/there:80", prediction("there:80", Family.IPV4))
                        + "\n"
                        + text.prediction("default/client", "svc/default/web:80", prediction("web:80", Family.IPV6))
                        + "\n"
                        + text.prediction("default/client", "svc/default/web:81", prediction("web:81", Family.IPV4))
                        + "\n"
                        + text.prediction("default/client", "10.96.0.99:80", prediction("unknown:80", Family.IPV4)));
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 80, 120})
    void explained(int width) {
        Golden.check(
                "trace",
                "text-explained-" + width + ".txt",
                new TraceText(width, true)
                        .prediction("default/client", "svc/default/there:80", prediction("there:80", Family.IPV4)));
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 80, 120})
    void observed(int width) {
        Prediction prediction = prediction("there:80", Family.IPV6);
        List<Hop> there = new ArrayList<>();
        long at = 0;
        for (Hop hop : prediction.request()) {
            there.add(timed(hop, hop.event() == Event.ROUTED ? OptionalLong.empty() : OptionalLong.of(at)));
            at += 3_456;
        }
        Golden.check(
                "trace",
                "text-timed-" + width + ".txt",
                new TraceText(width, false)
                        .hops(
                                new TraceText.Heading(
                                        "default/client",
                                        "svc/default/there:80",
                                        "TCP, real connection, answered in 0.41 ms",
                                        List.of("prediction agrees · 10 hops there, 8 back · no event lost")),
                                there,
                                List.of()));
    }

    private static Hop timed(Hop hop, OptionalLong at) {
        return new Hop(
                at,
                hop.node(),
                hop.netns(),
                hop.device(),
                hop.event(),
                hop.before(),
                hop.after(),
                hop.objects(),
                hop.text(),
                hop.details());
    }

    /** An address is asked for three times before the kernel gives up. */
    @ParameterizedTest
    @ValueSource(ints = {40, 80, 120})
    void aTimeOfSecondsDoesNotTouchWhatFollows(int width) {
        List<Hop> hops = new ArrayList<>();
        for (Hop hop : prediction("there:80", Family.IPV4).request()) {
            hops.add(timed(hop, OptionalLong.of(hops.isEmpty() ? 0 : 3_055_616_000L)));
        }
        HopColumns columns = HopColumns.of(width, hops);
        assertThat(columns.lines(hops.get(0), List.of()).getFirst()).startsWith("  0.000     pod client");
        assertThat(columns.lines(hops.get(1), List.of()).getFirst()).startsWith("  3055.616  node-1");
    }

    @Test
    void noLineIsWiderThanTheTerminal() {
        for (int width = 30; width <= 210; width++) {
            for (String to : List.of("b:8080", "web:80", "there:80", "nobody:80", "unknown:80", "free-2:80")) {
                for (Family family : Family.values()) {
                    String text = new TraceText(width, true)
                            .prediction("default/client", "svc/default/" + to, prediction(to, family));
                    int most = Math.clamp(width, 40, 200);
                    assertThat(text.lines())
                            .allMatch(line -> line.codePointCount(0, line.length()) <= most, "fits " + most);
                    assertThat(text.lines()).noneMatch(line -> line.endsWith(" "));
                }
            }
        }
    }

    @Test
    void wraps() {
        assertThat(Wrap.lines("", 5)).containsExactly("");
        assertThat(Wrap.lines("12345", 5)).containsExactly("12345");
        assertThat(Wrap.lines("12345 6", 5)).containsExactly("12345", "6");
        assertThat(Wrap.lines("1 2345678", 5)).containsExactly("1", "23456", "78");
        assertThat(Wrap.lines("→→ →→→", 5)).containsExactly("→→", "→→→");
    }

    /** Each event has a sentence, and it is one. */
    @ParameterizedTest
    @EnumSource(Event.class)
    void everyMechanismIsExplained(Event event) {
        Hop some = prediction("b:8080", Family.IPV4).request().getFirst();
        Hop hop = new Hop(
                OptionalLong.empty(), "n", "", "", event, some.before(), some.after(), List.of(), "", List.of());
        assertThat(Mechanism.of(hop)).endsWith(".").hasSizeBetween(40, 300);
    }
}
