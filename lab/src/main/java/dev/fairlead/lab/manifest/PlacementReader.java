package dev.fairlead.lab.manifest;

import dev.fairlead.lab.model.LabelSelector;
import dev.fairlead.lab.model.NodeRequirement;
import dev.fairlead.lab.model.NodeTerm;
import dev.fairlead.lab.model.Placement;
import dev.fairlead.lab.model.Placement.Weighted;
import dev.fairlead.lab.model.PodChoice;
import dev.fairlead.lab.model.PodTerm;
import dev.fairlead.lab.model.SpreadConstraint;
import dev.fairlead.lab.model.Toleration;
import java.util.ArrayList;
import java.util.List;

/** Reads where a pod wants to run. What values may be, the API server's rules check as well, in their own words. */
final class PlacementReader {
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

    private PlacementReader() {}

    static Placement read(Fields spec) {
        Fields affinity = spec.object("affinity", PlacementSchemas.AFFINITY);
        Fields nodes = affinity.object("nodeAffinity", PlacementSchemas.NODE_AFFINITY);
        Fields near = affinity.object("podAffinity", PlacementSchemas.POD_AFFINITY);
        Fields far = affinity.object("podAntiAffinity", PlacementSchemas.POD_AFFINITY);
        List<Weighted<NodeTerm>> preferredNodes = new ArrayList<>();
        for (Fields item : nodes.list(PREFERRED, PlacementSchemas.PREFERRED_NODE)) {
            preferredNodes.add(new Weighted<>(
                    item.count("weight", 1), nodeTerm(item.object("preference", PlacementSchemas.NODE_TERM))));
        }
        return new Placement(
                spec.labels("nodeSelector"),
                tolerations(spec),
                nodeTerms(nodes),
                podTerms(near),
                podTerms(far),
                spread(spec),
                new Placement.Preferences(preferredNodes, preferredPods(near), preferredPods(far)));
    }

    private static List<Toleration> tolerations(Fields spec) {
        List<Toleration> tolerations = new ArrayList<>();
        for (Fields item : spec.list("tolerations", PlacementSchemas.TOLERATION)) {
            String operator = item.text("operator");
            if (!List.of("", "Equal", "Exists").contains(operator)) {
                throw item.wrong("operator", "'" + Text.brief(operator) + "' is unknown; use Equal or Exists");
            }
            tolerations.add(new Toleration(
                    item.text("key"),
                    operator.equals("Exists"),
                    item.text("value"),
                    item.text("effect"),
                    item.has("tolerationSeconds")
                            ? item.value("tolerationSeconds").asLong()
                            : Toleration.FOREVER));
        }
        return tolerations;
    }

    private static List<NodeTerm> nodeTerms(Fields affinity) {
        List<NodeTerm> terms = new ArrayList<>();
        if (affinity.has(REQUIRED)) {
            Fields selector = affinity.object(REQUIRED, PlacementSchemas.NODE_SELECTOR);
            for (Fields item : selector.list("nodeSelectorTerms", PlacementSchemas.NODE_TERM)) {
                terms.add(nodeTerm(item));
            }
            if (terms.isEmpty()) {
                throw selector.wrong("nodeSelectorTerms", "is empty; say what the node must be");
            }
        }
        return terms;
    }

    private static NodeTerm nodeTerm(Fields term) {
        return new NodeTerm(requirements(term, "matchExpressions"), requirements(term, "matchFields"));
    }

    private static List<NodeRequirement> requirements(Fields term, String list) {
        List<NodeRequirement> requirements = new ArrayList<>();
        for (Fields item : term.list(list, PlacementSchemas.NODE_REQUIREMENT)) {
            NodeRequirement.Operator operator = operator(item);
            List<String> values = item.texts("values");
            boolean compares = operator == NodeRequirement.Operator.GT || operator == NodeRequirement.Operator.LT;
            if (compares && values.size() != 1) {
                throw item.wrong("values", operator + " needs one number, in quotes");
            }
            requirements.add(new NodeRequirement(item.text("key"), operator, values));
        }
        return requirements;
    }

    private static NodeRequirement.Operator operator(Fields item) {
        for (NodeRequirement.Operator operator : NodeRequirement.Operator.values()) {
            if (operator.toString().equals(item.text("operator"))) {
                return operator;
            }
        }
        throw item.wrong(
                "operator",
                "'" + Text.brief(item.text("operator"))
                        + "' is unknown; use In, NotIn, Exists, DoesNotExist, Gt or Lt");
    }

    private static List<PodTerm> podTerms(Fields affinity) {
        List<PodTerm> terms = new ArrayList<>();
        for (Fields item : affinity.list(REQUIRED, PlacementSchemas.POD_TERM)) {
            terms.add(podTerm(item));
        }
        return terms;
    }

    private static List<Weighted<PodTerm>> preferredPods(Fields affinity) {
        List<Weighted<PodTerm>> wishes = new ArrayList<>();
        for (Fields item : affinity.list(PREFERRED, PlacementSchemas.PREFERRED_POD)) {
            wishes.add(new Weighted<>(
                    item.count("weight", 1), podTerm(item.object("podAffinityTerm", PlacementSchemas.POD_TERM))));
        }
        return wishes;
    }

    private static PodTerm podTerm(Fields term) {
        Fields namespaces = term.object("namespaceSelector", Schemas.SELECTOR);
        if (!namespaces.node().isEmpty()) {
            throw term.wrong(
                    "namespaceSelector",
                    "is not obeyed by the lab's scheduler, which sees no labels of namespaces; name them in namespaces,"
                            + " or write {} for all");
        }
        return new PodTerm(
                term.text("topologyKey"), choice(term), term.texts("namespaces"), term.has("namespaceSelector"));
    }

    private static PodChoice choice(Fields of) {
        LabelSelector selector = DeploymentReader.anySelector(of.object("labelSelector", Schemas.SELECTOR));
        return new PodChoice(
                of.has("labelSelector"), selector, of.texts("matchLabelKeys"), of.texts("mismatchLabelKeys"));
    }

    private static List<SpreadConstraint> spread(Fields spec) {
        List<SpreadConstraint> constraints = new ArrayList<>();
        for (Fields item : spec.list("topologySpreadConstraints", PlacementSchemas.SPREAD)) {
            constraints.add(new SpreadConstraint(
                    Math.max(1, item.count("maxSkew", 1)),
                    item.text("topologyKey"),
                    item.text("whenUnsatisfiable").equals("DoNotSchedule"),
                    choice(item),
                    item.count("minDomains", 1),
                    !item.text("nodeAffinityPolicy").equals("Ignore"),
                    item.text("nodeTaintsPolicy").equals("Honor")));
        }
        return constraints;
    }
}
