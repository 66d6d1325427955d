package dev.fairlead.api.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.resource.Resource;
import java.time.Instant;
import java.util.List;

/** {@code meta.k8s.io/v1 Table}, which kubectl asks for to print lists. */
public final class Tables {
    private Tables() {}

    /**
     * A table of objects.
     *
     * @param meta the list's metadata
     * @param includeObject what rows carry beside their cells: {@code None}, {@code Metadata} (usual) or {@code Object}
     * @param withColumns false for a watch's later rows
     */
    public static ObjectNode of(
            Resource resource, List<ObjectNode> objects, ObjectNode meta, String includeObject, boolean withColumns) {
        List<Column> columns = Columns.of(resource);
        Instant now = Instant.now();
        ObjectNode table = JsonNodeFactory.instance.objectNode();
        table.put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
        table.set("metadata", meta);
        ArrayNode definitions = table.putArray("columnDefinitions");
        if (withColumns) {
            for (Column column : columns) {
                definitions
                        .addObject()
                        .put("name", column.name())
                        .put("type", column.type())
                        .put("format", column.name().equals("Name") ? "name" : "")
                        .put("description", "")
                        .put("priority", column.priority());
            }
        }
        ArrayNode rows = table.putArray("rows");
        for (ObjectNode object : objects) {
            ObjectNode row = rows.addObject();
            ArrayNode cells = row.putArray("cells");
            for (Column column : columns) {
                switch (column.cell().of(object, now)) {
                    case Long number -> cells.add(number);
                    case Integer number -> cells.add(number);
                    case Object text -> cells.add(text.toString());
                }
            }
            carried(row, object, includeObject);
        }
        return table;
    }

    private static void carried(ObjectNode row, ObjectNode object, String includeObject) {
        if (includeObject.equals("Object")) {
            row.set("object", object);
        } else if (!includeObject.equals("None")) {
            ObjectNode partial = row.putObject("object");
            partial.put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1");
            JsonNode metadata = object.path("metadata");
            partial.set("metadata", metadata);
        }
    }
}
