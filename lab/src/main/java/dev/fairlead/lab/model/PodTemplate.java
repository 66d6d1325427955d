package dev.fairlead.lab.model;

import java.util.Map;

/** What a controller makes pods from. */
public record PodTemplate(Map<String, String> labels, Map<String, String> annotations, PodSpec spec) {

    public PodTemplate {
        labels = Ordered.copy(labels);
        annotations = Ordered.copy(annotations);
    }

    /** Whether both are written alike, in whatever order; what they mean follows from that. */
    public boolean sameAs(PodTemplate other) {
        return labels.equals(other.labels)
                && annotations.equals(other.annotations)
                && spec.original().equals(other.spec.original());
    }

    public PodTemplate withLabels(Map<String, String> changed) {
        return new PodTemplate(changed, annotations, spec);
    }
}
