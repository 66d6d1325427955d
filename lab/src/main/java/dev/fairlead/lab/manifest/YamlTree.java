package dev.fairlead.lab.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.model.ManifestException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * YAML text as JSON trees, built straight from the parser's events: that takes a fifth of the time of Jackson's YAML mapper
 * on a JVM that has just started, and it knows aliases, merge keys, and the line of a key that is given twice.
 */
final class YamlTree {
    private static final int DEEPEST = 64;
    private static final int MOST_NODES = 1_000_000;
    private static final String TAG = "tag:yaml.org,2002:";

    /** A finished node, and how many nodes it stands for when its aliases are written out. */
    private record Built(JsonNode node, int size) {}

    private final Parser parser;
    private final Scope scope;
    private final Map<String, Built> anchors = new HashMap<>();
    private int depth;
    private int total;

    private YamlTree(Parser parser, Scope scope) {
        this.parser = parser;
        this.scope = scope;
    }

    /**
     * The documents in their order, empty ones included as null nodes.
     *
     * @throws ManifestException for text that isn't YAML, with line and column counted from 1
     */
    static List<JsonNode> read(String text, Scope scope) {
        try {
            LoaderOptions options = new LoaderOptions();
            options.setCodePointLimit(Integer.MAX_VALUE); // the reader of the file has its own limit
            return new YamlTree(new ParserImpl(new StreamReader(text), options), scope).documents();
        } catch (MarkedYAMLException e) {
            throw syntaxError(e, scope);
        } catch (ReaderException e) {
            throw controlCharacter(text, e.getCodePoint(), scope);
        }
    }

    /** SnakeYAML's words, but for the mistakes that people make most. */
    private static ManifestException syntaxError(MarkedYAMLException e, Scope scope) {
        Mark problem = e.getProblemMark();
        Mark context = e.getContextMark();
        String words = String.valueOf(e.getProblem());
        if (words.contains("(TAB)")) {
            return scope.wrong(place(problem), "not valid YAML: a tab; indent with spaces");
        }
        if (words.equals("mapping values are not allowed here")) {
            return scope.wrong(
                    place(problem),
                    "not valid YAML: no ':' is expected here; compare the indentation of this line with that of the one"
                            + " before");
        }
        if (words.equals("found unexpected end of stream") && context != null) {
            return scope.wrong(place(context), "not valid YAML: the quote that begins here has no end");
        }
        return scope.wrong(place(problem == null ? context : problem), "not valid YAML: " + words);
    }

    private static ManifestException controlCharacter(String text, int codePoint, Scope scope) {
        String before = text.substring(0, Math.max(0, text.indexOf(codePoint)));
        long line = before.chars().filter(c -> c == '\n').count() + 1;
        int column = before.length() - before.lastIndexOf('\n');
        return scope.wrong(
                "line " + line + ", column " + column,
                "not valid YAML: the character U+" + HexFormat.of().toHexDigits((char) codePoint) + " is not allowed");
    }

    private List<JsonNode> documents() {
        List<JsonNode> documents = new ArrayList<>();
        for (Event event = parser.getEvent(); !event.is(Event.ID.StreamEnd); event = parser.getEvent()) {
            if (event.is(Event.ID.DocumentStart)) {
                anchors.clear();
                documents.add(build(parser.getEvent()).node());
            }
        }
        return documents;
    }

    private Built build(Event event) {
        if (++depth > DEEPEST) {
            throw wrong(event, "is nested more than " + DEEPEST + " levels deep");
        }
        Built built = switch (event.getEventId()) {
            case Scalar -> new Built(scalar((ScalarEvent) event), 1);
            case SequenceStart -> sequence();
            case MappingStart -> mapping();
            case Alias -> alias((AliasEvent) event);
            default -> throw wrong(event, "a value is wanted here");
        };
        depth--;
        if (event instanceof CollectionStartEvent collection) {
            checkTag(collection.getTag(), event);
        }
        if (event instanceof NodeEvent anchored && anchored.getAnchor() != null && !event.is(Event.ID.Alias)) {
            anchors.put(anchored.getAnchor(), built);
        }
        return built;
    }

    /** Aliases are shared, not copied; what they would amount to is counted, for whoever walks the tree walks all of it. */
    private Built alias(AliasEvent event) {
        Built built = anchors.get(event.getAnchor());
        if (built == null) {
            throw wrong(
                    event, "the alias *" + event.getAnchor() + " has no anchor &" + event.getAnchor() + " before it");
        }
        count(built.size(), event);
        return built;
    }

    private Built sequence() {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        int size = 1;
        for (Event event = parser.getEvent(); !event.is(Event.ID.SequenceEnd); event = parser.getEvent()) {
            Built item = build(event);
            list.add(item.node());
            size += item.size();
            count(1, event);
        }
        return new Built(list, size);
    }

    private Built mapping() {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        Map<String, Integer> lines = new HashMap<>();
        List<JsonNode> merged = new ArrayList<>();
        int size = 1;
        for (Event key = parser.getEvent(); !key.is(Event.ID.MappingEnd); key = parser.getEvent()) {
            if (!(key instanceof ScalarEvent name)) {
                throw wrong(key, "a key must be a plain word");
            }
            Integer earlier =
                    lines.putIfAbsent(name.getValue(), key.getStartMark().getLine() + 1);
            if (earlier != null) {
                throw wrong(
                        key, "the key '" + Text.brief(name.getValue()) + "' is given twice, first in line " + earlier);
            }
            Event valueEvent = parser.getEvent();
            Built value = build(valueEvent);
            size += value.size();
            count(1, key);
            if (name.getValue().equals("<<") && name.isPlain()) {
                addMerged(merged, value.node(), valueEvent);
            } else {
                object.set(name.getValue(), value.node());
            }
        }
        merge(object, merged);
        return new Built(object, size);
    }

    private void addMerged(List<JsonNode> merged, JsonNode value, Event event) {
        Iterable<JsonNode> sources = value.isArray() ? value : List.of(value);
        for (JsonNode source : sources) {
            if (!source.isObject()) {
                throw wrong(event, "only a mapping can be merged with <<");
            }
            merged.add(source);
        }
    }

    /** What the mapping says itself wins over what it merges, and an earlier source over a later one. */
    private static void merge(ObjectNode object, List<JsonNode> merged) {
        for (JsonNode source : merged) {
            for (Map.Entry<String, JsonNode> field : source.properties()) {
                if (!object.has(field.getKey())) {
                    object.set(field.getKey(), field.getValue());
                }
            }
        }
    }

    private JsonNode scalar(ScalarEvent event) {
        String tag = event.getTag();
        checkTag(tag, event);
        String value = event.getValue();
        boolean text = tag == null ? !event.isPlain() : tag.equals("!") || tag.equals(TAG + "str");
        if (text) {
            return JsonNodeFactory.instance.textNode(value);
        }
        return tag != null && tag.equals(TAG + "null") ? NullNode.instance : YamlScalar.resolve(value);
    }

    private void checkTag(@Nullable String tag, Event event) {
        if (tag == null || tag.equals("!")) {
            return;
        }
        boolean known = tag.startsWith(TAG)
                && switch (tag.substring(TAG.length())) {
                    case "str", "int", "float", "bool", "null", "map", "seq", "timestamp" -> true;
                    default -> false;
                };
        if (!known) {
            throw wrong(event, "the tag " + Text.brief(tag.replace(TAG, "!!")) + " is not supported; leave it out");
        }
    }

    private void count(int nodes, Event event) {
        total += nodes;
        if (total > MOST_NODES || total < 0) {
            throw wrong(event, "stands for more than " + MOST_NODES + " values, aliases written out");
        }
    }

    private ManifestException wrong(Event event, String problem) {
        return scope.wrong(place(event.getStartMark()), problem);
    }

    private static String place(Mark mark) {
        return "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1);
    }
}
