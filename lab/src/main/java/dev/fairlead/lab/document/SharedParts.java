package dev.fairlead.lab.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * New versions of documents that take over what is equal in the version before. The API keeps thousands of versions for those who
 * watch, and those of a Service with 1,000 endpoints differ in one each: a gigabyte, if each had its own. Documents that are
 * stored are never changed, so they may share.
 */
final class SharedParts {
    private SharedParts() {}

    /**
     * The document with these members as they are wanted, and without those that aren't wanted. All other members are copied.
     *
     * @param members on the first level
     */
    static ObjectNode replace(ObjectNode before, ObjectNode wanted, List<String> members) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        before.properties().forEach(member -> {
            if (!members.contains(member.getKey())) {
                document.set(member.getKey(), member.getValue().deepCopy());
            } else if (wanted.has(member.getKey())) {
                document.set(member.getKey(), shared(member.getValue(), wanted.get(member.getKey())));
            }
        });
        for (String member : members) {
            if (wanted.has(member) && !before.has(member)) {
                document.set(member, wanted.get(member));
            }
        }
        return document;
    }

    /** What equals the wanted, made of as much of the old as there is. */
    private static JsonNode shared(JsonNode before, JsonNode wanted) {
        if (before.equals(wanted)) {
            return before;
        }
        if (before instanceof ArrayNode old && wanted instanceof ArrayNode array) {
            return shared(old, array);
        }
        if (before instanceof ObjectNode old && wanted instanceof ObjectNode object) {
            ObjectNode made = JsonNodeFactory.instance.objectNode();
            object.properties()
                    .forEach(member -> made.set(member.getKey(), shared(old.path(member.getKey()), member.getValue())));
            return made;
        }
        return wanted;
    }

    private static ArrayNode shared(ArrayNode old, ArrayNode wanted) {
        Map<JsonNode, JsonNode> known = new HashMap<>();
        old.forEach(element -> known.put(element, element));
        ArrayNode made = JsonNodeFactory.instance.arrayNode(wanted.size());
        for (int i = 0; i < wanted.size(); i++) {
            JsonNode element = wanted.get(i);
            JsonNode same = known.get(element);
            made.add(same != null ? same : shared(old.path(i), element));
        }
        return made;
    }
}
