package dev.fairlead.lab.document;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SharedPartsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> MEMBERS = List.of("endpoints", "subsets");

    private static ObjectNode read(String json) throws JsonProcessingException {
        return (ObjectNode) JSON.readTree(json);
    }

    private static ObjectNode slice(int endpoints) {
        ObjectNode slice = JSON.createObjectNode();
        slice.putObject("metadata").put("name", "web");
        for (int i = 0; i < endpoints; i++) {
            slice.withArrayProperty("endpoints")
                    .addObject()
                    .put("nodeName", "node-" + i)
                    .putArray("addresses")
                    .add("10.0.0." + i);
        }
        return slice;
    }

    private static void collect(JsonNode node, Set<JsonNode> into) {
        into.add(node);
        node.forEach(child -> collect(child, into));
    }

    @Test
    void whatIsWantedComesOutInTheOldOrder() throws JsonProcessingException {
        ObjectNode before =
                read("{'kind':'E','subsets':[1],'endpoints':[1,2],'metadata':{'a':'b'}}".replace('\'', '"'));
        ObjectNode wanted = read("{'endpoints':[2,3],'kind':'other'}".replace('\'', '"'));
        assertThat(SharedParts.replace(before, wanted, MEMBERS))
                .hasToString("{'kind':'E','endpoints':[2,3],'metadata':{'a':'b'}}".replace('\'', '"'));
        assertThat(SharedParts.replace(read("{}"), wanted, MEMBERS)).hasToString("{\"endpoints\":[2,3]}");
    }

    @Test
    void aVersionWithOneMoreHasOneMoreInMemory() {
        ObjectNode version = slice(0);
        Set<JsonNode> all = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 1; i <= 200; i++) {
            ObjectNode wanted = slice(i);
            version = SharedParts.replace(version, wanted, MEMBERS);
            assertThat(version.get("endpoints")).isEqualTo(wanted.get("endpoints"));
            collect(version, all);
        }
        // Each version has its own root, metadata with a name, and list; the endpoints have four nodes each and are
        // once there.
        assertThat(all).hasSizeLessThan(200 * 8 + 10);
    }

    @Test
    void anElementInTheMiddleLeavesAndTheNestedOnesStay() throws JsonProcessingException {
        ObjectNode before = read("{'subsets':[{'addresses':[{'ip':'a'},{'ip':'b'},{'ip':'c'}],'ports':[{'port':1}]}]}"
                .replace('\'', '"'));
        ObjectNode wanted =
                read("{'subsets':[{'addresses':[{'ip':'a'},{'ip':'c'}],'ports':[{'port':1}]}]}".replace('\'', '"'));
        ObjectNode made = SharedParts.replace(before, wanted, MEMBERS);
        assertThat(made).isEqualTo(wanted);
        ArrayNode addresses = (ArrayNode) made.at("/subsets/0/addresses");
        assertThat(addresses.get(1)).isSameAs(before.at("/subsets/0/addresses/2"));
        assertThat(made.at("/subsets/0/ports")).isSameAs(before.at("/subsets/0/ports"));
    }

    @Test
    void whatIsNotAPartIsCopied() throws JsonProcessingException {
        ObjectNode before = read("{\"metadata\":{\"resourceVersion\":\"1\"}}");
        ObjectNode made = SharedParts.replace(before, read("{}"), MEMBERS);
        ((ObjectNode) made.get("metadata")).put("resourceVersion", "2"); // as the store does
        assertThat(before).hasToString("{\"metadata\":{\"resourceVersion\":\"1\"}}");
    }
}
