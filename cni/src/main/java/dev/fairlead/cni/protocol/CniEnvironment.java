package dev.fairlead.cni.protocol;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.Quote;
import dev.fairlead.cni.Verb;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The environment of a call (SPEC.md section 2, Parameters). A variable that is set to nothing counts as not set, since
 * libcni always sets all of them.
 */
public record CniEnvironment(Map<String, String> variables) {

    public CniEnvironment {
        variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
    }

    /** Empty when not set. */
    public String get(String variable) {
        return variables.getOrDefault(variable, "");
    }

    /**
     * The verb of {@code CNI_COMMAND}.
     *
     * @throws CniException code 4 when it is missing or isn't one
     */
    public Verb verb() {
        String command = get("CNI_COMMAND");
        if (command.isEmpty()) {
            throw CniException.invalidEnvironment(
                    "CNI_COMMAND is missing; it should be one of " + Arrays.toString(Verb.values()));
        }
        return Verb.parse(command)
                .orElseThrow(() -> CniException.invalidEnvironment("CNI_COMMAND should be one of "
                        + Arrays.toString(Verb.values()) + ", is '" + Quote.of(command) + "'"));
    }

    /**
     * Checks that everything {@code verb} requires is there and valid: container id and interface name for ADD, DEL and
     * CHECK; the namespace for ADD and CHECK; {@code CNI_PATH} for GC. Nothing else is looked at: GC and STATUS concern no
     * container.
     *
     * @throws CniException code 4, naming every variable that is missing or else the first that is invalid
     */
    public void require(Verb verb) {
        List<String> missing = new ArrayList<>();
        for (String variable : required(verb)) {
            if (get(variable).isEmpty()) {
                missing.add(variable);
            }
        }
        if (!missing.isEmpty()) {
            throw CniException.invalidEnvironment(verb + " needs " + String.join(", ", missing)
                    + " in the environment, which " + (missing.size() == 1 ? "is" : "are") + " missing");
        }
        if (verb.concernsAttachment()) {
            requireValid("CNI_CONTAINERID", Names.problemOfIdentifier(get("CNI_CONTAINERID")));
            requireValid("CNI_IFNAME", Names.problemOfInterface(get("CNI_IFNAME")));
        }
    }

    private static List<String> required(Verb verb) {
        return switch (verb) {
            case ADD, CHECK -> List.of("CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME");
            case DEL -> List.of("CNI_CONTAINERID", "CNI_IFNAME");
            case GC -> List.of("CNI_PATH");
            case STATUS, VERSION -> List.of();
        };
    }

    private void requireValid(String variable, Optional<String> problem) {
        if (problem.isPresent()) {
            throw CniException.invalidEnvironment(variable + " '" + Quote.of(get(variable)) + "' " + problem.get());
        }
    }

    /** {@code CNI_CONTAINERID} and {@code CNI_IFNAME}. */
    public Attachment attachment() {
        return new Attachment(get("CNI_CONTAINERID"), get("CNI_IFNAME"));
    }

    /** {@code CNI_NETNS}; empty when not set. */
    public String netns() {
        return get("CNI_NETNS");
    }

    /**
     * {@code CNI_ARGS}.
     *
     * @throws CniException code 4 when it can't be read
     */
    public CniArgs args() {
        return CniArgs.of(get("CNI_ARGS"));
    }

    /** The directories of {@code CNI_PATH}, to search for delegated plugins. */
    public List<String> path() {
        List<String> path = new ArrayList<>();
        for (String directory : get("CNI_PATH").split(":", -1)) {
            if (!directory.isEmpty()) {
                path.add(directory);
            }
        }
        return List.copyOf(path);
    }

    /** {@code CNI_NETNS_OVERRIDE}: the namespace may be the plugin's own. The reference library's, for tests of plugins. */
    public boolean netnsOverride() {
        String text = get("CNI_NETNS_OVERRIDE").toLowerCase(Locale.ROOT);
        return text.equals("1") || text.equals("true");
    }

    /** {@code TRACEPARENT} (W3C Trace Context), when the runtime traces this call. */
    public Optional<String> traceparent() {
        return Optional.of(get("TRACEPARENT")).filter(text -> !text.isEmpty());
    }
}
