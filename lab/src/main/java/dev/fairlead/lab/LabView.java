package dev.fairlead.lab;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.packet.Protocol;
import dev.fairlead.web.ClusterView;
import dev.fairlead.web.Topology;
import dev.fairlead.web.ViewRefusal;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** The lab as its page sees it. Safe from any thread. */
final class LabView implements ClusterView {
    private static final Duration TRACE_PATIENCE = Duration.ofSeconds(3);
    private static final int COLUMNS = 100;

    private final Lab lab;
    private final PageTraffic traffic;

    LabView(Lab lab) {
        this.lab = lab;
        this.traffic = new PageTraffic(lab);
    }

    @Override
    public Topology topology() {
        if (lab.isEnding()) {
            throw new ViewRefusal("the lab is gone");
        }
        return PageTopology.of(lab);
    }

    @Override
    public Topology after(long version, Duration patience) {
        var unused = lab.await(picture -> picture.resourceVersion() != version, patience);
        return topology();
    }

    @Override
    public Watch watch() {
        return traffic.watch();
    }

    @Override
    public ObjectNode trace(String from, String to, Protocol protocol) {
        return ask("trace", from, to, protocol);
    }

    @Override
    public ObjectNode explain(String from, String to, Protocol protocol) {
        return ask("explain", from, to, protocol);
    }

    private ObjectNode ask(String command, String from, String to, Protocol protocol) {
        TraceQuestion.Wish wish =
                new TraceQuestion.Wish(from, to, protocol, TRACE_PATIENCE, 0, COLUMNS, false, false, false);
        return refusing(() -> TraceQuestion.answer(lab, TraceQuestion.of(command, wish), () -> false));
    }

    @Override
    public List<Section> details(String object) {
        return refusing(() -> new PageDetails(lab).of(object));
    }

    private static <T> T refusing(Supplier<T> question) {
        try {
            return question.get();
        } catch (LabRefusal e) {
            throw new ViewRefusal(String.valueOf(e.getMessage()));
        }
    }
}
