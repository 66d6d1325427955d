package dev.fairlead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.fairlead.testkit.Story;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.Yaml;

/** Types kubectl's commands into a {@link Witness} and prints what kubectl would print. Knows what the stories use, no more. */
final class StoryTeller {
    private static final ObjectMapper JSON =
            new ObjectMapper().configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true);
    private static final Pattern WORD = Pattern.compile("(?:'[^']*'|[^\\s'])+");
    private static final Pattern PATH = Pattern.compile("\\.([A-Za-z0-9_-]+)|\\[(\\*|[0-9]+)]");

    private final Witness witness;

    StoryTeller(Witness witness) {
        this.witness = witness;
    }

    /** What was typed. */
    private record Typed(List<String> words, Map<String, String> options, List<String> rest) {
        static Typed of(String command) {
            List<String> words = new ArrayList<>();
            Map<String, String> options = new HashMap<>();
            List<String> all = new ArrayList<>();
            Matcher matcher = WORD.matcher(command);
            while (matcher.find()) {
                all.add(matcher.group().replace("'", ""));
            }
            for (int i = 0; i < all.size(); i++) {
                String word = all.get(i);
                if (word.equals("--")) {
                    return new Typed(words, options, all.subList(i + 1, all.size()));
                }
                if (word.equals("-A")) {
                    options.put(word, "");
                } else if (word.contains("=") && word.startsWith("--")) {
                    options.put(word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
                } else if (word.startsWith("-") && i + 1 < all.size()) {
                    options.put(word, all.get(++i));
                } else {
                    words.add(word);
                }
            }
            return new Typed(words, options, List.of());
        }

        String option(String name, String otherwise) {
            return options.getOrDefault(name, otherwise);
        }

        String namespace() {
            return options.containsKey("-A") ? "" : option("-n", "default");
        }

        /** {@code KIND NAME} or {@code KIND/NAME}. */
        StoryKind kind() {
            return StoryKind.of(words.get(1).split("/", 2)[0]);
        }

        Optional<String> name() {
            String[] both = words.get(1).split("/", 2);
            return both.length > 1
                    ? Optional.of(both[1])
                    : words.size() > 2 ? Optional.of(words.get(2)) : Optional.empty();
        }
    }

    String tell(Story.Exchange exchange) throws Exception {
        Typed typed = Typed.of(exchange.command());
        try {
            return switch (typed.words().getFirst()) {
                case "create" -> write(typed, exchange.stdin(), "created");
                case "replace" -> write(typed, exchange.stdin(), "replaced");
                case "get" -> get(typed);
                case "patch" -> {
                    String type = typed.option("--type", "strategic");
                    witness.patch(typed.kind(), typed.namespace(), name(typed), type, typed.option("-p", ""));
                    yield shown(typed) + " patched";
                }
                case "delete" -> delete(typed);
                case "scale" -> {
                    int replicas = Integer.parseInt(typed.option("--replicas", "1"));
                    witness.scale(typed.namespace(), name(typed), replicas);
                    yield shown(typed) + " scaled";
                }
                case "wait" -> await(typed);
                case "logs" -> witness.logs(typed.namespace(), typed.words().get(1));
                case "exec" -> {
                    Witness.Ended ended =
                            witness.exec(typed.namespace(), typed.words().get(1), typed.rest());
                    yield ended.out()
                            + (ended.exitCode() == 0 ? "" : "command terminated with exit code " + ended.exitCode());
                }
                default -> throw new AssertionError("no story has " + exchange.command());
            };
        } catch (Witness.Refused e) {
            return refusal(e.status());
        }
    }

    private static String name(Typed typed) {
        return typed.name().orElseThrow();
    }

    private static String shown(Typed typed) {
        return typed.kind().shown() + "/" + name(typed);
    }

    private String write(Typed typed, String stdin, String done) throws Witness.Refused {
        List<String> lines = new ArrayList<>();
        for (Object document : new Yaml().loadAll(stdin)) {
            JsonNode json = JSON.valueToTree(document);
            StoryKind kind = StoryKind.of(json.path("kind").asText());
            JsonNode written = done.equals("created")
                    ? witness.create(kind, typed.namespace(), json)
                    : witness.replace(kind, typed.namespace(), json);
            lines.add(kind.shown() + "/" + written.path("metadata").path("name").asText() + " " + done);
        }
        return String.join("\n", lines);
    }

    private String get(Typed typed) throws Exception {
        String form = typed.option("-o", "name");
        Optional<String> name = typed.name();
        JsonNode found;
        if (name.isPresent()) {
            found = witness.get(typed.kind(), typed.namespace(), name.get());
        } else {
            var items = witness.list(
                    typed.kind(), typed.namespace(), typed.option("-l", ""), typed.option("--field-selector", ""));
            found = JSON.createObjectNode().set("items", JSON.valueToTree(items));
        }
        if (!form.equals("name")) {
            return render(form.substring("jsonpath=".length()), found);
        }
        List<String> lines = new ArrayList<>();
        for (JsonNode item : name.isPresent() ? List.of(found) : found.path("items")) {
            lines.add(typed.kind().shown() + "/"
                    + item.path("metadata").path("name").asText());
        }
        return String.join("\n", lines);
    }

    private String delete(Typed typed) throws Exception {
        String cascade = switch (typed.option("--cascade", "background")) {
            case "orphan" -> "Orphan";
            case "foreground" -> "Foreground";
            default -> "Background";
        };
        witness.delete(typed.kind(), typed.namespace(), name(typed), cascade);
        if (!typed.option("--wait", "true").equals("false")) {
            witness.await(typed.kind(), typed.namespace(), name(typed), Optional::isEmpty);
        }
        return typed.kind().shown() + " \"" + name(typed) + "\" deleted";
    }

    private String await(Typed typed) throws Exception {
        String wanted = typed.option("--for", "");
        Predicate<Optional<JsonNode>> fits;
        if (wanted.equals("delete")) {
            fits = Optional::isEmpty;
        } else if (wanted.startsWith("condition=")) {
            String condition = wanted.substring("condition=".length());
            fits = object -> object.isPresent() && hasCondition(object.get(), condition);
        } else {
            String path = wanted.substring("jsonpath=".length(), wanted.lastIndexOf('='));
            String value = wanted.substring(wanted.lastIndexOf('=') + 1);
            fits = object -> object.isPresent() && render(path, object.get()).equals(value);
        }
        witness.await(typed.kind(), typed.namespace(), name(typed), fits);
        return shown(typed) + " condition met";
    }

    private static boolean hasCondition(JsonNode object, String type) {
        for (JsonNode condition : object.path("status").path("conditions")) {
            if (condition.path("type").asText().equals(type)
                    && condition.path("status").asText().equals("True")) {
                return true;
            }
        }
        return false;
    }

    /** Of JSONPath: names, numbers and stars, with text around the braces. */
    private static String render(String template, JsonNode object) {
        StringBuilder text = new StringBuilder();
        Matcher braces = Pattern.compile("\\{([^}]*)}").matcher(template);
        while (braces.find()) {
            braces.appendReplacement(text, Matcher.quoteReplacement(value(braces.group(1), object)));
        }
        return braces.appendTail(text).toString();
    }

    private static String value(String path, JsonNode object) {
        List<JsonNode> found = List.of(object);
        Matcher steps = PATH.matcher(path);
        while (steps.find()) {
            List<JsonNode> next = new ArrayList<>();
            for (JsonNode node : found) {
                if (steps.group(1) != null) {
                    next.add(node.path(steps.group(1)));
                } else if (steps.group(2).equals("*")) {
                    node.forEach(next::add);
                } else {
                    next.add(node.path(Integer.parseInt(steps.group(2))));
                }
            }
            found = next;
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode node : found) {
            texts.add(node.isContainerNode() ? sorted(node) : node.asText());
        }
        return String.join(" ", texts);
    }

    private static String sorted(JsonNode node) {
        try {
            return JSON.writeValueAsString(
                    JSON.treeToValue(node, Object.class) instanceof Map<?, ?> map
                            ? new TreeMap<>(map)
                            : JSON.treeToValue(node, Object.class));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new AssertionError(node.toString(), e);
        }
    }

    /** As kubectl words a {@code Status}: by the causes where something is invalid, by the reason elsewhere. */
    private static String refusal(JsonNode status) {
        JsonNode details = status.path("details");
        if (!status.path("reason").asText().equals("Invalid")
                || !details.path("causes").isArray()) {
            return "Error from server (" + status.path("reason").asText() + "): "
                    + status.path("message").asText();
        }
        List<String> causes = new ArrayList<>();
        for (JsonNode cause : details.path("causes")) {
            causes.add(
                    cause.path("field").asText() + ": " + cause.path("message").asText());
        }
        return "The " + details.path("kind").asText() + " \""
                + details.path("name").asText() + "\" is invalid: "
                + (causes.size() == 1 ? causes.getFirst() : "\n* " + String.join("\n* ", causes));
    }
}
