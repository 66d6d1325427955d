package dev.fairlead.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * What a write came to.
 *
 * @param object as it is stored now; must not be changed
 * @param warnings for the {@code Warning} header
 */
public record Written(ObjectNode object, List<String> warnings) {
    public Written {
        warnings = List.copyOf(warnings);
    }
}
