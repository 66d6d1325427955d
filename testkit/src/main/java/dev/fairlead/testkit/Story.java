package dev.fairlead.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A conversation with kubectl, from a file that reads like a terminal. */
public record Story(List<Exchange> exchanges) {

    public Story {
        exchanges = List.copyOf(exchanges);
    }

    /** @param command without {@code kubectl} @param answer where {@code …} stands for anything on a line */
    public record Exchange(String command, String stdin, String answer) {
        /** Fails unless this is what was answered. @param witness who was asked */
        public void check(String witness, String said) {
            List<String> lines = said.lines().map(String::stripTrailing).toList();
            List<String> wanted = answer.lines().map(String::stripTrailing).toList();
            String all = witness + "$ kubectl " + command + "\n" + said;
            assertThat(lines).as(all).hasSameSizeAs(wanted);
            for (int i = 0; i < wanted.size(); i++) {
                String pattern =
                        Pattern.quote(wanted.get(i)).replace("…", "\\E.*\\Q").replaceAll(" +", "\\\\E +\\\\Q");
                assertThat(lines.get(i)).as(all).matches(pattern);
            }
        }
    }

    /** @param file beside that class */
    public static Story read(Class<?> beside, String file) {
        try (InputStream in = beside.getResourceAsStream(file)) {
            assertThat(in).as(file).isNotNull();
            List<Exchange> exchanges = new ArrayList<>();
            for (String part : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("(?m)^\\$ kubectl ", -1)) {
                if (!part.startsWith("#") && !part.isBlank()) {
                    exchanges.add(exchange(part));
                }
            }
            return new Story(exchanges);
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file, e);
        }
    }

    private static Exchange exchange(String part) {
        int line = part.indexOf('\n');
        String command = part.substring(0, line);
        String rest = part.substring(line + 1);
        if (!command.endsWith(" <<EOF")) {
            return new Exchange(command, "", rest.stripTrailing());
        }
        String[] both = rest.split("(?m)^EOF\n", 2);
        return new Exchange(command.replace(" <<EOF", ""), both[0], both[1].stripTrailing());
    }
}
