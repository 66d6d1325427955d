package dev.fairlead.cni;

import java.util.List;
import java.util.Optional;

/**
 * A version of the CNI specification, ordered, and what it has: verbs and members of a result. Versions that we don't
 * speak can be read and compared too, as a configuration may offer them.
 *
 * <p>Source: SPEC.md at the tags spec-v0.3.0, spec-v0.3.1, spec-v0.4.0, spec-v1.0.0 and spec-v1.1.0. The text of 0.3.0
 * calls the list of addresses {@code ip}, a slip that 0.3.1 put right and no plugin ever followed.
 */
public record CniVersion(int major, int minor, int patch) implements Comparable<CniVersion> {

    public static final CniVersion V0_3_0 = new CniVersion(0, 3, 0);
    public static final CniVersion V0_3_1 = new CniVersion(0, 3, 1);
    public static final CniVersion V0_4_0 = new CniVersion(0, 4, 0);
    public static final CniVersion V1_0_0 = new CniVersion(1, 0, 0);
    public static final CniVersion V1_1_0 = new CniVersion(1, 1, 0);

    /** What a configuration or a result without {@code cniVersion} is in, which is older than anything we speak. */
    public static final CniVersion UNSTATED = new CniVersion(0, 1, 0);

    /** The versions that Fairlead speaks on both sides, lowest first. */
    public static final List<CniVersion> SUPPORTED = List.of(V0_3_0, V0_3_1, V0_4_0, V1_0_0, V1_1_0);

    public static final CniVersion LATEST = V1_1_0;

    private static final List<String> INTERFACE = List.of("name", "mac", "sandbox");
    private static final List<String> INTERFACE_1_1 = List.of("name", "mac", "mtu", "sandbox", "socketPath", "pciID");
    private static final List<String> ADDRESS = List.of("version", "interface", "address", "gateway");
    private static final List<String> ADDRESS_1_0 = List.of("interface", "address", "gateway");
    private static final List<String> ROUTE = List.of("dst", "gw");
    private static final List<String> ROUTE_1_1 = List.of("dst", "gw", "mtu", "advmss", "priority", "table", "scope");

    /**
     * Reads {@code major.minor.patch}, digits only.
     *
     * @throws ConfigException code 6, when {@code text} isn't that
     */
    public static CniVersion of(String text) {
        return parse(text)
                .orElseThrow(() -> new ConfigException(
                        ErrorCode.DECODING_FAILURE,
                        "cniVersion",
                        "should be a version such as " + LATEST + ", is '" + Quote.of(text) + "'"));
    }

    /** As {@link #of(String)}, but empty where that throws. */
    public static Optional<CniVersion> parse(String text) {
        int[] parts = new int[3];
        int part = 0;
        int digits = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.' && digits > 0 && part < 2) {
                part++;
                digits = 0;
            } else if (c >= '0' && c <= '9' && digits < 6) {
                parts[part] = parts[part] * 10 + (c - '0');
                digits++;
            } else {
                return Optional.empty();
            }
        }
        return part == 2 && digits > 0 ? Optional.of(new CniVersion(parts[0], parts[1], parts[2])) : Optional.empty();
    }

    public boolean isSupported() {
        return SUPPORTED.contains(this);
    }

    public boolean atLeast(CniVersion other) {
        return compareTo(other) >= 0;
    }

    /** CHECK came with 0.4.0, GC and STATUS with 1.1.0. */
    public boolean allows(Verb verb) {
        return switch (verb) {
            case ADD, DEL, VERSION -> true;
            case CHECK -> atLeast(V0_4_0);
            case GC, STATUS -> atLeast(V1_1_0);
        };
    }

    /** From 0.4.0 on DEL carries the result of the ADD. */
    public boolean hasPrevResultOnDel() {
        return atLeast(V0_4_0);
    }

    /** Until 0.4.0 each address names its family, {@code "version": "4"}. */
    public boolean hasAddressFamily() {
        return !atLeast(V1_0_0);
    }

    /** The members that an entry of {@code interfaces} has, in the order in which they are written. */
    public List<String> interfaceMembers() {
        return atLeast(V1_1_0) ? INTERFACE_1_1 : INTERFACE;
    }

    /** The members that an entry of {@code ips} has, in the order in which they are written. */
    public List<String> addressMembers() {
        return atLeast(V1_0_0) ? ADDRESS_1_0 : ADDRESS;
    }

    /** The members that an entry of {@code routes} has, in the order in which they are written. */
    public List<String> routeMembers() {
        return atLeast(V1_1_0) ? ROUTE_1_1 : ROUTE;
    }

    @Override
    public int compareTo(CniVersion other) {
        int byMajor = Integer.compare(major, other.major);
        int byMinor = byMajor != 0 ? byMajor : Integer.compare(minor, other.minor);
        return byMinor != 0 ? byMinor : Integer.compare(patch, other.patch);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
