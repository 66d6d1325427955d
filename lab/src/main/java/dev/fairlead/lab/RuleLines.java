package dev.fairlead.lab;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The part of rules, as {@code nft list ruleset} prints them, that is about something. */
final class RuleLines {
    private static final Pattern CHAIN_NAME = Pattern.compile("(?:goto|jump) ([^\\s,]+)");

    /** What stands around them. */
    private static final Pattern ELEMENTS = Pattern.compile("^\\s*elements = \\{ | }$");

    private RuleLines() {}

    /**
     * Lines with one of these words, below the heads of their chains and tables; and the whole of the chains to which those
     * lines lead.
     */
    static List<String> naming(List<String> lines, Set<String> words) {
        Pattern word = Pattern.compile("(?<![\\w.:-])(?:"
                + String.join("|", words.stream().map(Pattern::quote).toList()) + ")(?![\\w.:-])");
        Set<String> chains = new HashSet<>();
        for (String line : lines) {
            if (!words.isEmpty() && word.matcher(line).find()) {
                elements(line, word)
                        .forEach(part ->
                                CHAIN_NAME.matcher(part).results().forEach(found -> chains.add(found.group(1))));
            }
        }
        List<String> found = new ArrayList<>();
        List<String> heads = new ArrayList<>();
        boolean whole = false;
        for (String line : lines) {
            String stripped = line.strip();
            if (stripped.endsWith("{") && !stripped.contains("=")) {
                heads.add(line);
                whole = stripped.startsWith("chain ") && chains.contains(stripped.split(" ", -1)[1]);
                continue;
            }
            if (stripped.equals("}")) {
                if (heads.isEmpty()) {
                    found.add(line);
                } else {
                    heads.removeLast();
                }
                whole = false;
                continue;
            }
            boolean named = !words.isEmpty() && word.matcher(line).find();
            if (whole || named) {
                found.addAll(heads);
                heads.clear();
                if (whole) {
                    found.add(line);
                } else {
                    elements(line, word).forEach(part -> found.add("\t\t" + part));
                }
            }
        }
        return found;
    }

    /** A set's elements stand several in a line. */
    private static List<String> elements(String line, Pattern word) {
        if (line.contains("dnat") || line.contains("random")) {
            return List.of(line.strip());
        }
        return List.of(line.split(",(?= )|,$", -1)).stream()
                .filter(part -> word.matcher(part).find())
                .map(part -> ELEMENTS.matcher(part).replaceAll("").strip())
                .toList();
    }
}
