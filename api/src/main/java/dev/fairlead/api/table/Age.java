package dev.fairlead.api.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** How long ago, in the short form of k8s.io/apimachinery {@code util/duration}: {@code 45s}, {@code 3m20s}, {@code 5d}. */
final class Age {
    private static final int DAY_HOURS = 24;
    private static final int YEAR_HOURS = 365 * DAY_HOURS;

    private Age() {}

    static String of(JsonNode timestamp, Instant now) {
        if (!timestamp.isTextual()) {
            return "<unknown>";
        }
        try {
            return text(Duration.between(Instant.parse(timestamp.asText()), now));
        } catch (DateTimeParseException e) {
            return "<unknown>";
        }
    }

    static String text(Duration age) {
        long seconds = age.toSeconds();
        if (seconds < -1) {
            return "<invalid>";
        }
        if (seconds < 0) {
            return "0s";
        }
        if (seconds < 120) {
            return seconds + "s";
        }
        long minutes = age.toMinutes();
        if (minutes < 10) {
            return minutes + "m" + rest(seconds % 60, "s");
        }
        if (minutes < 180) {
            return minutes + "m";
        }
        long hours = age.toHours();
        if (hours < 8) {
            return hours + "h" + rest(minutes % 60, "m");
        }
        if (hours < 2 * DAY_HOURS) {
            return hours + "h";
        }
        if (hours < 8 * DAY_HOURS) {
            return hours / DAY_HOURS + "d" + rest(hours % DAY_HOURS, "h");
        }
        if (hours < 2 * YEAR_HOURS) {
            return hours / DAY_HOURS + "d";
        }
        if (hours < 8 * YEAR_HOURS) {
            return hours / YEAR_HOURS + "y" + rest(hours / DAY_HOURS % 365, "d");
        }
        return hours / YEAR_HOURS + "y";
    }

    private static String rest(long value, String unit) {
        return value == 0 ? "" : value + unit;
    }
}
