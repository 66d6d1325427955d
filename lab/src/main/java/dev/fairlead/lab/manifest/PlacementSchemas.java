package dev.fairlead.lab.manifest;

import static dev.fairlead.lab.manifest.Shape.LIST;
import static dev.fairlead.lab.manifest.Shape.NUMBER;
import static dev.fairlead.lab.manifest.Shape.OBJECT;
import static dev.fairlead.lab.manifest.Shape.TEXT;
import static dev.fairlead.lab.manifest.Shape.TEXTS;

/** The fields by which a pod says where it wants to run, as {@link Schemas} has the others. */
final class PlacementSchemas {
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

    static final Schema TOLERATION =
            new Schema().takes(TEXT, "key", "operator", "value", "effect").takes(NUMBER, "tolerationSeconds");

    static final Schema AFFINITY = new Schema().takes(OBJECT, "nodeAffinity", "podAffinity", "podAntiAffinity");

    static final Schema NODE_AFFINITY = new Schema().takes(OBJECT, REQUIRED).takes(LIST, PREFERRED);

    static final Schema NODE_SELECTOR =
            new Schema().needs(LIST, "nodeSelectorTerms", "is missing; say what the node must be");

    static final Schema NODE_TERM = new Schema().takes(LIST, "matchExpressions", "matchFields");

    static final Schema NODE_REQUIREMENT = new Schema()
            .needs(TEXT, "key", "is missing")
            .needs(TEXT, "operator", "is missing; use In, NotIn, Exists, DoesNotExist, Gt or Lt")
            .takes(TEXTS, "values");

    static final Schema PREFERRED_NODE =
            new Schema().needs(NUMBER, "weight", "is missing; use 1 to 100").needs(OBJECT, "preference", "is missing");

    static final Schema POD_AFFINITY = new Schema().takes(LIST, REQUIRED, PREFERRED);

    static final Schema PREFERRED_POD = new Schema()
            .needs(NUMBER, "weight", "is missing; use 1 to 100")
            .needs(OBJECT, "podAffinityTerm", "is missing");

    static final Schema POD_TERM = new Schema()
            .needs(TEXT, "topologyKey", "is missing; it is a label of nodes, such as kubernetes.io/hostname")
            .takes(OBJECT, "labelSelector", "namespaceSelector")
            .takes(TEXTS, "namespaces", "matchLabelKeys", "mismatchLabelKeys");

    static final Schema SPREAD = new Schema()
            .needs(NUMBER, "maxSkew", "is missing; use 1 or more")
            .needs(TEXT, "topologyKey", "is missing; it is a label of nodes, such as kubernetes.io/hostname")
            .needs(TEXT, "whenUnsatisfiable", "is missing; use DoNotSchedule or ScheduleAnyway")
            .takes(OBJECT, "labelSelector")
            .takes(NUMBER, "minDomains")
            .takes(TEXT, "nodeAffinityPolicy", "nodeTaintsPolicy")
            .takes(TEXTS, "matchLabelKeys");

    private PlacementSchemas() {}
}
