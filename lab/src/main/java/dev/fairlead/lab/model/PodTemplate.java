package dev.fairlead.lab.model;

import java.util.Map;

/** What a controller makes pods from. */
public record PodTemplate(Map<String, String> labels, Map<String, String> annotations, PodSpec spec) {

    public PodTemplate {
        labels = Ordered.copy(labels);
        annotations = Ordered.copy(annotations);
    }

    public PodTemplate withLabels(Map<String, String> changed) {
        return new PodTemplate(changed, annotations, spec);
    }
}
