package dev.fairlead.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A document that shows commands and what they print. Fenced blocks without a language that begin with {@code $ } hold them: a
 * line with {@code $ } is a command, and the lines up to the next one are its output.
 */
record ToldDocument(List<String> lines) {
    private static final String FENCE = "```";
    private static final String PROMPT = "$ ";

    ToldDocument {
        lines = List.copyOf(lines);
    }

    static ToldDocument of(String text) {
        return new ToldDocument(text.lines().toList());
    }

    String text() {
        return String.join("\n", lines) + "\n";
    }

    /** The same prose and commands with other output. @param run what a command prints now */
    ToldDocument printedBy(UnaryOperator<String> run) {
        List<String> now = new ArrayList<>();
        boolean fenced = false;
        boolean told = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith(FENCE)) {
                told = !fenced && line.equals(FENCE) && lines.get(i + 1).startsWith(PROMPT);
                fenced = !fenced;
                now.add(line);
            } else if (told && line.startsWith(PROMPT)) {
                now.add(line);
                run.apply(line.substring(PROMPT.length()))
                        .stripTrailing()
                        .lines()
                        .map(String::stripTrailing)
                        .forEach(now::add);
            } else if (!told) {
                now.add(line);
            }
        }
        return new ToldDocument(now);
    }
}
