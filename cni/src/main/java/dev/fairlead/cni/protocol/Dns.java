package dev.fairlead.cni.protocol;

import java.util.List;

/**
 * The {@code dns} of a configuration or a result (SPEC.md section 1, well-known keys). Servers are text: nothing here
 * connects to them, and what a file says is handed on as it is.
 *
 * @param domain empty when not given
 */
public record Dns(List<String> nameservers, String domain, List<String> search, List<String> options) {

    public static final Dns NONE = new Dns(List.of(), "", List.of(), List.of());

    public Dns {
        nameservers = List.copyOf(nameservers);
        search = List.copyOf(search);
        options = List.copyOf(options);
    }

    public boolean isEmpty() {
        return equals(NONE);
    }

    static Dns read(Fields fields) {
        return new Dns(
                fields.texts("nameservers"), fields.text("domain"), fields.texts("search"), fields.texts("options"));
    }
}
