package dev.fairlead.cni.protocol;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.Quote;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * {@code CNI_ARGS}: extra arguments as {@code KEY=VALUE;KEY=VALUE}. Deprecated by CONVENTIONS.md in favour of {@code args}
 * in the configuration, which win, and still how Kubernetes' runtimes name the pod.
 *
 * @param values in the order given; of two with one key the last wins
 */
public record CniArgs(Map<String, String> values) {

    public static final CniArgs NONE = new CniArgs(Map.of());

    public CniArgs {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /**
     * Reads the text of the variable; empty text is no arguments. A value may have {@code =} in it.
     *
     * @throws CniException code 4, naming {@code CNI_ARGS}, for a part that isn't {@code KEY=VALUE}
     */
    public static CniArgs of(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        if (text.isEmpty()) {
            return NONE;
        }
        int from = 0;
        while (from <= text.length()) {
            int semicolon = text.indexOf(';', from);
            int to = semicolon < 0 ? text.length() : semicolon;
            String pair = text.substring(from, to);
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                throw CniException.invalidEnvironment(
                        "CNI_ARGS should be KEY=VALUE parts with semicolons between, and '" + Quote.of(pair)
                                + "' isn't one");
            }
            values.put(pair.substring(0, equals), pair.substring(equals + 1));
            from = to + 1;
        }
        return new CniArgs(values);
    }

    /** Empty when not given. */
    public String get(String key) {
        return values.getOrDefault(key, "");
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** {@code IgnoreUnknown=1}: arguments that a plugin doesn't know aren't an error. */
    public boolean ignoreUnknown() {
        String text = get("IgnoreUnknown").toLowerCase(Locale.ROOT);
        return text.equals("1") || text.equals("true");
    }

    /** {@code K8S_POD_NAMESPACE}, or empty. */
    public String podNamespace() {
        return get("K8S_POD_NAMESPACE");
    }

    /** {@code K8S_POD_NAME}, or empty. */
    public String podName() {
        return get("K8S_POD_NAME");
    }

    /** {@code K8S_POD_UID}, or empty. */
    public String podUid() {
        return get("K8S_POD_UID");
    }

    /** The text of the variable. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        values.forEach((key, value) ->
                text.append(text.isEmpty() ? "" : ";").append(key).append('=').append(value));
        return text.toString();
    }
}
