package dev.fairlead.lab.model;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a ConfigMap or a Secret holds.
 *
 * @param bytes by key; must not be changed
 */
public record Content(Map<String, byte[]> bytes) {

    /** The two kinds of objects that hold something for pods. */
    public enum Kind {
        CONFIG_MAP("configmap"),
        SECRET("secret");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** As the kubelet's messages call it. */
        @Override
        public String toString() {
            return word;
        }
    }

    /** Finds what there is now. Any thread. */
    @FunctionalInterface
    public interface Source {
        Optional<Content> find(Kind kind, String namespace, String name);
    }

    /** The values of keys, as UTF-8, in the order of the keys. */
    public Map<String, String> texts() {
        Map<String, String> texts = new TreeMap<>();
        bytes.forEach((key, value) -> texts.put(key, new String(value, StandardCharsets.UTF_8)));
        return texts;
    }
}
