package dev.fairlead.lab.kubeconfig;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * What a context of a lab needs; cluster, user and context have one name.
 *
 * @param server such as {@code https://127.0.0.1:41473}
 * @param authority the certificate, PEM in base64
 */
public record Access(String name, String server, String authority, String token) {
    /** The lists of a kubeconfig that get an entry. */
    static final List<String> LISTS = List.of("clusters", "contexts", "users");

    /** The entry of a list, as kubectl writes it. */
    ObjectNode entry(String list) {
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        switch (list) {
            case "clusters" ->
                entry.putObject("cluster")
                        .put("certificate-authority-data", authority)
                        .put("server", server);
            case "contexts" -> entry.putObject("context").put("cluster", name).put("user", name);
            case "users" -> entry.putObject("user").put("token", token);
            default -> throw new IllegalArgumentException(list);
        }
        return entry.put("name", name);
    }
}
