package dev.fairlead.cli;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes out of text what differs from one lab to the next. Names and numbers by which things are told apart become the first,
 * the second … of their kind, so that a text which names another one is still another text; what is only measured becomes
 * a word. Prose around output must not name such things, for nobody would keep it in step.
 */
final class Varying {
    /** Told apart. */
    private static final Map<String, Pattern> NAMES = Map.of(
            "veth", Pattern.compile("\\bveth[0-9a-f]{10}\\b"),
            "device-", Pattern.compile("(?<=@if)[0-9]+\\b|(?m)^[0-9]+(?=: veth)"),
            "namespace-", Pattern.compile("(?<=net:\\[)[0-9]+(?=])"),
            // What Linux and a trace choose from: net.ipv4.ip_local_port_range.
            "port-", Pattern.compile("(?<=[:=])(?:3[2-9]|[45][0-9]|60)[0-9]{3}\\b"));

    /** Measured, or of no account. */
    private static final List<Replacement> MEASURED = List.of(
            new Replacement("(?m)^kube-system/.*", "kube-system/"), // on either node
            new Replacement("(?m)^([ ✗] )[0-9]+\\.[0-9]{3}(?= )", "$1MS"),
            new Replacement("[0-9]+\\.[0-9]+ ms", "MS"),
            new Replacement("/proc/[0-9]+/", "/proc/PID/"),
            new Replacement("(?<=[0-9]  )[0-9]+(?=  +[a-z]+=)", "PID"),
            new Replacement("(?<![0-9a-f:])(?!0a:58)[0-9a-f]{2}(?::[0-9a-f]{2}){5}", "MAC"),
            new Replacement("packets=[0-9]+ bytes=[0-9]+", "packets=N bytes=N"),
            new Replacement("(?m)^(tcp +6) [0-9]+", "$1 SECONDS"),
            new Replacement("use=[0-9]+", "use=N"),
            new Replacement("[0-9.]+ Ki?B|[0-9]+ B\\b", "BYTES"),
            new Replacement("[0-9]+ answered", "N answered"),
            new Replacement("(?<=\\S) {2,}", "  "));

    private record Replacement(Pattern found, String by) {
        Replacement(String found, String by) {
            this(Pattern.compile(found), by);
        }
    }

    private Varying() {}

    static String without(String text) {
        String rest = text;
        for (var kind : NAMES.entrySet()) {
            Map<String, String> named = new HashMap<>();
            rest = kind.getValue()
                    .matcher(rest)
                    .replaceAll(name -> Matcher.quoteReplacement(
                            named.computeIfAbsent(name.group(), _ -> kind.getKey() + (named.size() + 1))));
        }
        for (Replacement measured : MEASURED) {
            rest = measured.found().matcher(rest).replaceAll(measured.by());
        }
        return rest;
    }
}
