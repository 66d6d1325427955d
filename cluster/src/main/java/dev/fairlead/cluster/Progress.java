package dev.fairlead.cluster;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How far the API has been followed: for each kind the {@code resourceVersion} up to which everything is known. Versions of
 * one kind are compared as numbers (KEP-5504). Prints as {@code nodes=4,services=17}.
 *
 * @param versions by kind; those that are missing don't matter
 */
public record Progress(Map<Watched, Long> versions) {
    public static final Progress NONE = new Progress(Map.of());

    public Progress {
        versions = Map.copyOf(versions);
    }

    /** Reads what {@link #toString} writes. @throws IllegalArgumentException when it isn't that */
    public static Progress parse(String text) {
        Map<Watched, Long> versions = new EnumMap<>(Watched.class);
        for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            String[] sides = part.split("=", 2);
            Watched watched = Watched.ofResource(sides[0])
                    .orElseThrow(() -> new IllegalArgumentException("'" + sides[0] + "' is nothing that is followed"));
            versions.put(watched, Long.parseLong(sides.length < 2 ? "" : sides[1]));
        }
        return new Progress(versions);
    }

    Progress with(Watched watched, long version) {
        Map<Watched, Long> all = new EnumMap<>(Watched.class);
        all.putAll(versions);
        all.put(watched, version);
        return new Progress(all);
    }

    /** Whether everything that {@code wanted} asks for is reached. */
    public boolean reaches(Progress wanted) {
        return wanted.versions.entrySet().stream()
                .allMatch(one -> versions.getOrDefault(one.getKey(), -1L) >= one.getValue());
    }

    @Override
    public String toString() {
        return new TreeMap<>(versions)
                .entrySet().stream()
                        .map(one -> one.getKey().resource() + "=" + one.getValue())
                        .collect(Collectors.joining(","));
    }
}
