package dev.fairlead.cni.protocol;

import dev.fairlead.cni.CniVersion;
import dev.fairlead.cni.Quote;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** The versions that a network configuration offers in {@code cniVersion} and {@code cniVersions}, as far as we know them. */
final class OfferedVersions {
    private OfferedVersions() {}

    /** Lowest first, never empty: a configuration that offers nothing we speak is refused. */
    static List<CniVersion> read(Fields fields) {
        TreeSet<CniVersion> offered = new TreeSet<>();
        fields.elements("cniVersions", (value, path) -> {
            offered.add(parse(Fields.asText(value, path), fields, path));
            return path;
        });
        String single = fields.text("cniVersion");
        if (!single.isEmpty()) {
            offered.add(parse(single, fields, "cniVersion"));
        }
        List<CniVersion> known = new ArrayList<>(offered);
        known.removeIf(version -> !version.isSupported());
        if (known.isEmpty()) {
            throw fields.invalid("cniVersion", problem(offered));
        }
        return List.copyOf(known);
    }

    private static CniVersion parse(String text, Fields fields, String path) {
        return CniVersion.parse(text)
                .orElseThrow(() -> fields.invalid(
                        path, "should be a version such as " + CniVersion.LATEST + ", is '" + Quote.of(text) + "'"));
    }

    private static String problem(TreeSet<CniVersion> offered) {
        String should = "should be one of " + CniVersion.SUPPORTED + ", ";
        return offered.isEmpty()
                ? should + "is missing, which means " + CniVersion.UNSTATED
                : should + "and only " + offered + " is offered";
    }
}
