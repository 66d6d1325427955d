package dev.fairlead.trace.flows;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.IpPort;
import java.util.Locale;

/**
 * A connection as a person of the cluster sees it.
 *
 * @param node whose conntrack told of it: the client's, where it is one of the cluster
 * @param client who began it, {@code pod/default/client}; the address itself where nobody in the cluster has it
 * @param service what it asked for, {@code svc/default/web}; empty where it asked for no Service
 * @param server who it went to
 * @param asked as the client sent it
 * @param reached where it really went, which is the asked address where nothing was translated
 * @param nat {@code dnat}, {@code snat}, {@code dnat snat}, or empty
 * @param state of TCP, as conntrack names it; empty for others
 * @param answered whether packets have come back
 * @param sentBytes by the client with all headers; -1 where the kernel doesn't count
 * @param receivedBytes by the client; -1 where the kernel doesn't count
 */
public record Connection(
        String node,
        String client,
        String service,
        String server,
        Flow asked,
        IpPort reached,
        String nat,
        String state,
        boolean answered,
        long sentBytes,
        long receivedBytes) {

    /** {@code answered}, or {@code unanswered}: of TCP while nobody has taken it, of UDP while nothing has come back. */
    public String verdict() {
        return answered ? "answered" : "unanswered";
    }

    /** The namespace of an object such as {@code pod/default/client}; empty for what has none. */
    static String namespace(String object) {
        String[] parts = object.split("/", -1);
        return parts.length == 3 ? parts[1] : "";
    }

    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("node", node)
                .put("client", client)
                .put("service", service)
                .put("server", server)
                .put("protocol", asked.protocol().toString())
                .put("source", asked.source().toString())
                .put("asked", asked.destination().toString())
                .put("reached", reached.toString())
                .put("nat", nat)
                .put("state", state.toUpperCase(Locale.ROOT))
                .put("verdict", verdict());
        if (sentBytes >= 0) {
            json.put("sentBytes", sentBytes).put("receivedBytes", receivedBytes);
        }
        return json;
    }
}
