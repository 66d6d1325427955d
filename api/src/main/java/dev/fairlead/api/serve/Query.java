package dev.fairlead.api.serve;

import dev.fairlead.api.ApiException;
import dev.fairlead.api.WriteOptions;
import dev.fairlead.api.WriteOptions.UnknownFields;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The parameters of a request. @param values of each name, at least one, in their order */
public record Query(Map<String, List<String>> values) {
    /** One value of each name. */
    public static Query of(Map<String, String> values) {
        Map<String, List<String>> all = new TreeMap<>();
        values.forEach((name, value) -> all.put(name, List.of(value)));
        return new Query(all);
    }

    /** The first value of this name; empty where there is none. */
    public String text(String name) {
        return texts(name).stream().findFirst().orElse("");
    }

    /** All values of this name. */
    public List<String> texts(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** As Go's {@code ParseBool} takes it; a name without a value is true. */
    public boolean flag(String name) {
        return values.containsKey(name) && !text(name).matches("0|f|F|false|FALSE|False");
    }

    /** @throws ApiException when it is no number of 0 or more */
    public long number(String name, long otherwise) {
        String text = text(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,18}")) {
            throw ApiException.badRequest("strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
        }
        return Long.parseLong(text);
    }

    public WriteOptions writeOptions() {
        String dryRun = text("dryRun");
        if (!dryRun.isEmpty() && !dryRun.equals("All")) {
            throw ApiException.badRequest("dryRun: Unsupported value: \"" + dryRun + "\": supported values: \"All\"");
        }
        UnknownFields unknown = switch (text("fieldValidation")) {
            case "Strict" -> UnknownFields.STRICT;
            case "", "Warn" -> UnknownFields.WARN;
            case "Ignore" -> UnknownFields.IGNORE;
            default ->
                throw ApiException.badRequest("fieldValidation: Unsupported value: \"" + text("fieldValidation")
                        + "\": supported values: \"Ignore\", \"Strict\", \"Warn\"");
        };
        return new WriteOptions(!dryRun.isEmpty(), unknown);
    }
}
