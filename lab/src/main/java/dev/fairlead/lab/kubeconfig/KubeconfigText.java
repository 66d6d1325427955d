package dev.fairlead.lab.kubeconfig;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.door.LabRefusal;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.CollectionNode;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A kubeconfig as text, YAML or JSON. A change touches only the characters that it is about; whether it came out as meant is
 * checked by reading both texts, and a file that is written in a way that this can't do with is refused.
 *
 * <p>Over 300 lines: what puts characters in and what takes the same ones out have to be read together.
 */
final class KubeconfigText {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CURRENT = "current-context";

    private final String text;
    private final Optional<MappingNode> root;

    private KubeconfigText(String text, Optional<MappingNode> root) {
        this.text = text;
        this.root = root;
    }

    /** @throws LabRefusal when the text is no kubeconfig */
    static KubeconfigText of(String text) {
        try {
            Node node = yaml().compose(new StringReader(text));
            if (node != null && !(node instanceof MappingNode)) {
                throw new LabRefusal("it is no kubeconfig: it has no fields");
            }
            return new KubeconfigText(text, Optional.ofNullable((MappingNode) node));
        } catch (YAMLException e) {
            throw new LabRefusal(
                    "it can't be read: " + String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
        }
    }

    private static Yaml yaml() {
        return new Yaml(new SafeConstructor(new LoaderOptions()));
    }

    String text() {
        return text;
    }

    /** What {@code current-context} says, as it is written there, with quotes; empty where it is not there. */
    String current() {
        return value(CURRENT)
                .map(node -> text.substring(start(node), end(node)))
                .orElse("");
    }

    // ---- changes

    private record Edit(int from, int to, String with) {}

    /** With a context, in place of an older one of its name; it becomes the current one. */
    KubeconfigText with(Access access) {
        KubeconfigText bare = withoutEntries(access.name(), List.of());
        List<Edit> edits = new ArrayList<>();
        StringBuilder behind = new StringBuilder();
        for (String list : Access.LISTS) {
            bare.add(list, access.entry(list), edits, behind);
        }
        bare.setCurrent(quoted(access.name()), edits, behind);
        if (bare.root.isEmpty()) {
            behind.insert(0, "apiVersion: v1\nkind: Config\n");
        }
        KubeconfigText changed = bare.edited(edits, behind.toString());
        ObjectNode wanted = bare.model();
        if (bare.root.isEmpty()) {
            wanted.put("apiVersion", "v1").put("kind", "Config");
        }
        for (String list : Access.LISTS) {
            ((ArrayNode) wanted.get(list)).add(access.entry(list));
        }
        wanted.put(CURRENT, access.name());
        return changed.require(wanted);
    }

    /** The lists that it doesn't have. */
    List<String> missing() {
        return Access.LISTS.stream().filter(list -> tuple(list).isEmpty()).toList();
    }

    /**
     * Without a context; where it is the current one, that is as it was before.
     *
     * @param before in the words of {@link #current}
     * @param added lists that go with their last entry, where they stand on lines of their own
     */
    KubeconfigText without(String name, String before, List<String> added) {
        KubeconfigText bare = withoutEntries(name, added);
        Optional<Node> current = bare.value(CURRENT);
        if (current.isEmpty()
                || !(current.get() instanceof ScalarNode scalar)
                || !scalar.getValue().equals(name)) {
            return bare;
        }
        ObjectNode wanted = bare.model();
        wanted.put(CURRENT, scalarOf(before));
        Edit edit = before.isEmpty() && bare.isBlock()
                ? new Edit(bare.lineStart(bare.start(scalar)), bare.lineEnd(bare.end(scalar)), "")
                : new Edit(bare.start(scalar), bare.end(scalar), before.isEmpty() ? "\"\"" : before);
        return bare.edited(List.of(edit), "").require(wanted);
    }

    /** Whether there is nothing in it that anybody would miss. */
    boolean isEmpty() {
        ObjectNode model = model();
        model.remove(List.of("apiVersion", "kind"));
        for (JsonNode value : model) {
            if (!value.isEmpty() && value.isContainerNode()
                    || value.isValueNode() && !value.asText().isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private KubeconfigText withoutEntries(String name, List<String> added) {
        KubeconfigText now = this;
        for (String list : Access.LISTS) {
            now = now.withoutEntry(list, name, added.contains(list));
        }
        return now;
    }

    private KubeconfigText withoutEntry(String list, String name, boolean added) {
        if (!(value(list).orElse(null) instanceof SequenceNode sequence)) {
            return this;
        }
        List<Node> items = sequence.getValue();
        for (int i = 0; i < items.size(); i++) {
            if (isNamed(items.get(i), name)) {
                ObjectNode wanted = model();
                ((ArrayNode) wanted.get(list)).remove(i);
                return edited(removal(list, sequence, i, added), "").require(wanted);
            }
        }
        return this;
    }

    private List<Edit> removal(String list, SequenceNode sequence, int i, boolean added) {
        List<Node> items = sequence.getValue();
        Node item = items.get(i);
        if (sequence.getFlowStyle() == FlowStyle.FLOW) {
            if (i > 0) {
                return List.of(new Edit(end(items.get(i - 1)), end(item), ""));
            }
            return List.of(new Edit(start(item), items.size() > 1 ? start(items.get(1)) : end(item), ""));
        }
        int from = lineStart(start(item));
        int to = lineEnd(lastCharacter(item));
        boolean whole = to > 0 && text.charAt(to - 1) == '\n';
        Edit lines = new Edit(whole ? from : Math.max(0, from - 1), to, "");
        if (items.size() > 1) {
            return List.of(lines);
        }
        if (added) {
            return List.of(new Edit(lineStart(start(key(list).orElseThrow())), to, ""));
        }
        int colon = text.indexOf(':', end(key(list).orElseThrow())) + 1;
        return List.of(new Edit(colon, colon, " []"), lines);
    }

    private void add(String list, ObjectNode entry, List<Edit> edits, StringBuilder behind) {
        Optional<Node> there = value(list);
        if (there.isEmpty()) {
            if (root.isEmpty() || isBlock()) {
                behind.append(list).append(":\n").append(block(entry, ""));
            } else {
                intoFlow(quoted(list) + ": [" + entry + "]", edits);
            }
        } else if (there.get() instanceof SequenceNode sequence && sequence.getFlowStyle() != FlowStyle.FLOW) {
            Node last = sequence.getValue().getLast();
            int first = start(sequence.getValue().getFirst());
            String indent = text.substring(lineStart(first), first).replaceFirst("-.*$", "");
            int at = lineEnd(lastCharacter(last));
            boolean whole = text.charAt(at - 1) == '\n'; // a last line without an end stays the last one without
            String lines = block(entry, indent);
            edits.add(new Edit(at, at, whole ? lines : "\n" + lines.stripTrailing()));
        } else if (there.get() instanceof SequenceNode sequence
                && sequence.getValue().isEmpty()
                && isBlock()) {
            int from = text.indexOf(':', end(key(list).orElseThrow())) + 1;
            edits.add(new Edit(from, end(sequence), "\n" + block(entry, "").stripTrailing()));
        } else if (there.get() instanceof SequenceNode sequence) {
            List<Node> items = sequence.getValue();
            int at = items.isEmpty() ? end(sequence) - 1 : end(items.getLast());
            edits.add(new Edit(at, at, (items.isEmpty() ? "" : ", ") + entry));
        } else {
            edits.add(new Edit(
                    start(there.get()),
                    end(there.get()),
                    (end(there.get()) > start(there.get()) ? "" : " ") + "[" + entry + "]"));
        }
    }

    private void setCurrent(String name, List<Edit> edits, StringBuilder behind) {
        Optional<Node> there = value(CURRENT);
        if (there.isPresent()) {
            boolean empty = end(there.get()) == start(there.get());
            edits.add(new Edit(start(there.get()), end(there.get()), (empty ? " " : "") + name));
        } else if (root.isEmpty() || isBlock()) {
            behind.append(CURRENT).append(": ").append(name).append('\n');
        } else {
            intoFlow(quoted(CURRENT) + ": " + name, edits);
        }
    }

    /** As the last of the root's fields. */
    private void intoFlow(String field, List<Edit> edits) {
        int at = end(root.orElseThrow()) - 1;
        boolean first = root.get().getValue().isEmpty() && edits.stream().noneMatch(edit -> edit.from() == at);
        edits.add(new Edit(at, at, (first ? "" : ", ") + field));
    }

    /** As kubectl writes the entries of its lists. */
    private static String block(ObjectNode entry, String indent) {
        StringBuilder out = new StringBuilder();
        String dash = "- ";
        for (var field : entry.properties()) {
            out.append(indent).append(dash).append(field.getKey()).append(':');
            if (field.getValue().isObject()) {
                out.append('\n');
                for (var inner : field.getValue().properties()) {
                    out.append(indent).append("    ").append(inner.getKey()).append(": ");
                    out.append(inner.getValue().asText()).append('\n');
                }
            } else {
                out.append(' ').append(field.getValue().asText()).append('\n');
            }
            dash = "  ";
        }
        return out.toString();
    }

    private KubeconfigText edited(List<Edit> edits, String behind) {
        StringBuilder changed = new StringBuilder(text);
        List<Edit> all = new ArrayList<>(edits);
        all.sort(Comparator.comparingInt(Edit::from)); // stable: of those at one place, the first comes first
        for (Edit edit : all.reversed()) {
            changed.replace(edit.from(), edit.to(), edit.with());
        }
        if (!behind.isEmpty() && !changed.isEmpty() && changed.charAt(changed.length() - 1) != '\n') {
            changed.append('\n');
        }
        return of(changed.append(behind).toString());
    }

    private KubeconfigText require(ObjectNode wanted) {
        if (!model().equals(wanted)) {
            throw new LabRefusal(
                    "it is written in a way that can't be changed without writing all of it anew, as kubectl"
                            + " config does; use the lab's own kubeconfig, which ./fairlead lab kubeconfig prints");
        }
        return this;
    }

    // ---- what there is

    /** What the text says; lists that are missing are empty ones. */
    private ObjectNode model() {
        ObjectNode model = root.isEmpty() ? JSON.createObjectNode() : JSON.valueToTree(yaml().load(text));
        for (String list : Access.LISTS) {
            if (!(model.get(list) instanceof ArrayNode)) {
                model.putArray(list);
            }
        }
        if (!model.path(CURRENT).isTextual()) {
            model.put(CURRENT, "");
        }
        return model;
    }

    private Optional<NodeTuple> tuple(String field) {
        for (NodeTuple tuple : root.map(MappingNode::getValue).orElse(List.of())) {
            if (tuple.getKeyNode() instanceof ScalarNode key && key.getValue().equals(field)) {
                return Optional.of(tuple);
            }
        }
        return Optional.empty();
    }

    private Optional<Node> key(String field) {
        return tuple(field).map(NodeTuple::getKeyNode);
    }

    private Optional<Node> value(String field) {
        return tuple(field).map(NodeTuple::getValueNode);
    }

    private static boolean isNamed(Node item, String name) {
        if (item instanceof MappingNode mapping) {
            for (NodeTuple field : mapping.getValue()) {
                if (field.getKeyNode() instanceof ScalarNode key
                        && key.getValue().equals("name")
                        && field.getValueNode() instanceof ScalarNode value
                        && value.getValue().equals(name)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isBlock() {
        return root.isPresent() && root.get().getFlowStyle() != FlowStyle.FLOW;
    }

    private int start(Node node) {
        return text.offsetByCodePoints(0, node.getStartMark().getIndex());
    }

    private int end(Node node) {
        return text.offsetByCodePoints(0, node.getEndMark().getIndex());
    }

    /** The end of a block is said to be where the next thing begins, behind comments; its own end is that of what is in it. */
    private int lastCharacter(Node node) {
        if (node instanceof CollectionNode<?> collection && collection.getFlowStyle() == FlowStyle.FLOW
                || node instanceof ScalarNode) {
            return end(node);
        }
        int last = start(node);
        if (node instanceof MappingNode mapping) {
            for (NodeTuple field : mapping.getValue()) {
                last = Math.max(last, Math.max(end(field.getKeyNode()), lastCharacter(field.getValueNode())));
            }
        } else if (node instanceof SequenceNode sequence) {
            for (Node item : sequence.getValue()) {
                last = Math.max(last, lastCharacter(item));
            }
        }
        return last;
    }

    private int lineStart(int at) {
        return text.lastIndexOf('\n', Math.max(0, at - 1)) + 1;
    }

    /** Behind the line feed. */
    private int lineEnd(int at) {
        int from = at > 0 && text.charAt(at - 1) == '\n' ? at - 1 : at; // a block scalar takes its line feed along
        int feed = text.indexOf('\n', from);
        return feed < 0 ? text.length() : feed + 1;
    }

    private static String scalarOf(String written) {
        Object value = written.isEmpty() ? "" : yaml().load(written);
        return value == null ? "" : value.toString();
    }

    private static String quoted(String name) {
        return "\"" + name + "\"";
    }
}
