package dev.fairlead.lab.demo;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.lab.Lab;
import dev.fairlead.lab.demo.Row.NotObserved;
import dev.fairlead.lab.demo.Row.Observation;
import dev.fairlead.lab.manifest.ManifestReader;
import dev.fairlead.lab.model.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Runs the ten rows against a lab that has {@link #manifest} applied and is ready. */
public final class Demo {

    /** How a row is observed. */
    @FunctionalInterface
    interface Look {
        void at(Observation observation);
    }

    private record Step(String name, String did, Look look) {}

    private final List<Step> steps = new ArrayList<>();

    public Demo(Lab lab) {
        PodRows pods = new PodRows(lab);
        PathRows paths = new PathRows(lab);
        ServiceRows services = new ServiceRows(lab);
        step("A pod is assigned to a node", "asked pod client's interface for its address", pods::assigned);
        step(
                "Its namespaces are held by a pause process",
                "compared namespaces; left pause an orphan to reap",
                pods::pause);
        step(
                "Its containers share them and talk on localhost",
                "asked container http from beside container shell",
                pods::containers);
        step(
                "A veth pair joins the pod to the node's bridge",
                "followed eth0 to its peer and looked into the bridge",
                pods::veth);
        step("Pod to pod, same node: over the bridge", "client asked neighbour", paths::sameNode);
        step("Pod to pod, other node: by the default gateway and a route", "client asked distant", paths::otherNode);
        step("All of it was done by a CNI plugin", "read back what the runtime executed and was answered", pods::cni);
        step("A Service's address stays while pods come and go", "deleted a pod of Deployment web", services::stays);
        step(
                "Pod to Service: the destination is rewritten",
                "client connected to Service web; looked while it was open",
                services::translated);
        step(
                "The reply's source is restored",
                "client sent datagrams to Service echo from an unconnected socket",
                services::restored);
    }

    private void step(String name, String did, Look look) {
        steps.add(new Step(name, did, look));
    }

    /** What the demo needs: two nodes and these objects. */
    public static Manifest manifest() {
        try (InputStream in = Demo.class.getResourceAsStream("demo.yaml")) {
            if (in == null) {
                throw new IllegalStateException("demo.yaml is missing from the build");
            }
            return ManifestReader.parse("demo.yaml", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("could not read demo.yaml", e);
        }
    }

    /** Observes all rows in order; a failed row doesn't keep the next from being tried. */
    public List<Row> run(Consumer<Row> seen) {
        List<Row> rows = new ArrayList<>();
        for (Step step : steps) {
            Row row = observe(rows.size() + 1, step);
            rows.add(row);
            seen.accept(row);
        }
        return rows;
    }

    private static Row observe(int number, Step step) {
        Observation observation = new Observation();
        boolean ok = false;
        try {
            step.look().at(observation);
            ok = true;
        } catch (NotObserved | KernelException | UncheckedIOException | IllegalStateException e) {
            observation.saw("failure", String.valueOf(e.getMessage()));
        }
        return new Row(number, step.name(), step.did(), ok, observation.evidence());
    }
}
