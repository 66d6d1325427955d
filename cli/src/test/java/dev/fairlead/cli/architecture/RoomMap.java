package dev.fairlead.cli.architecture;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** MAP.md, read by what its notation promises: a table of rooms, and names of types, methods and files in code spans. */
final class RoomMap {
    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
    private static final Pattern FENCED = Pattern.compile("(?ms)^```.*?^```");

    private final String text = Checkout.text("MAP.md");

    /** Each room of the table with the rooms that it may use. */
    Map<String, Set<String>> rooms() {
        Map<String, Set<String>> rooms = new LinkedHashMap<>();
        for (String line : text.lines().toList()) {
            String[] cells = line.split("\\|", -1);
            if (cells.length == 5 && cells[1].strip().startsWith("`")) {
                rooms.put(code(cells[1]).getFirst(), new TreeSet<>(code(cells[3])));
            }
        }
        return rooms;
    }

    /** Names such as {@code agent.CniDoor} and {@code agent.CniDoor#open}. */
    List<String> javaNames() {
        Set<String> rooms = rooms().keySet();
        List<String> names = new ArrayList<>();
        for (String span : code(FENCED.matcher(text).replaceAll(""))) {
            boolean inRoom = rooms.contains(span.substring(0, Math.max(0, span.indexOf('.'))));
            if (inRoom && span.chars().noneMatch(c -> c == '/' || c == ' ')) {
                names.add(span);
            }
        }
        return names;
    }

    /** Names such as {@code native/src/pause.c}. */
    List<String> fileNames() {
        Set<String> rooms = rooms().keySet();
        return code(text).stream()
                .filter(span -> rooms.contains(span.substring(0, Math.max(0, span.indexOf('/')))))
                .toList();
    }

    /** The class of a name with dots only: in {@code lab.LabLayout.Families} the last one stands for a dollar. */
    static Optional<Class<?>> type(String name) {
        String candidate = name;
        while (true) {
            try {
                return Optional.of(Class.forName(candidate, false, RoomMap.class.getClassLoader()));
            } catch (ClassNotFoundException e) {
                int dot = candidate.lastIndexOf('.');
                if (dot < 0) {
                    return Optional.empty();
                }
                candidate = candidate.substring(0, dot) + '$' + candidate.substring(dot + 1);
            }
        }
    }

    private static List<String> code(String text) {
        return CODE.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }
}
