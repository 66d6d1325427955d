package dev.fairlead.api.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * A column of a table.
 *
 * @param type {@code string} or {@code integer}
 * @param priority 0 for a column that is always shown, 1 for {@code -o wide}
 */
record Column(String name, String type, int priority, Cell cell) {
    /** A text or a number of an object. */
    @FunctionalInterface
    interface Cell {
        Object of(JsonNode object, Instant now);
    }

    static Column text(String name, Cell cell) {
        return new Column(name, "string", 0, cell);
    }

    static Column number(String name, Cell cell) {
        return new Column(name, "integer", 0, cell);
    }

    static Column wide(String name, Cell cell) {
        return new Column(name, "string", 1, cell);
    }
}
