package dev.fairlead.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.model.PodTemplate;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The value of the label {@code pod-template-hash}: equal templates give equal hashes, whatever the order in which they were
 * written. FNV-1a of 32 bits, spelled as Kubernetes spells it ({@code controller.ComputeHash}), though over another text.
 */
final class TemplateHash {
    static final String LABEL = "pod-template-hash";
    private static final int FNV_OFFSET = 0x811c9dc5;
    private static final int FNV_PRIME = 0x01000193;

    private int hash = FNV_OFFSET;

    private TemplateHash() {}

    /** @param collisions how many hashes of this template were taken by other ReplicaSets */
    static String of(PodTemplate template, int collisions) {
        TemplateHash hash = new TemplateHash();
        hash.add(template.labels());
        hash.add(template.annotations());
        hash.add(template.spec().original());
        hash.add(Integer.toString(collisions));
        return hash.spelled();
    }

    private void add(Map<String, String> map) {
        new TreeMap<>(map).forEach((key, value) -> {
            add(key);
            add(value);
        });
        add("}");
    }

    private void add(JsonNode node) {
        if (node.isObject()) {
            TreeSet<String> names = new TreeSet<>();
            node.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                add(name);
                add(node.path(name));
            }
            add("}");
        } else if (node.isArray()) {
            for (Iterator<JsonNode> items = node.elements(); items.hasNext(); ) {
                add(items.next());
            }
            add("]");
        } else {
            add(node.getNodeType().name());
            add(node.asText());
        }
    }

    private void add(String text) {
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        hash = (hash ^ 0xffff) * FNV_PRIME; // no character: "ab" and "c" differ from "a" and "bc"
    }

    private String spelled() {
        StringBuilder text = new StringBuilder(Integer.toUnsignedString(hash));
        for (int i = 0; i < text.length(); i++) {
            text.setCharAt(i, GeneratedNames.ALPHABET.charAt(text.charAt(i) % GeneratedNames.ALPHABET.length()));
        }
        return text.toString();
    }
}
