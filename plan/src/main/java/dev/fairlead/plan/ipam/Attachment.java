package dev.fairlead.plan.ipam;

/**
 * What holds a lease: one interface of one container on one network, the key of CNI 1.1.0. Prints as
 * {@code network/container/interface}.
 *
 * @param network the {@code name} of the network configuration
 * @param containerId {@code CNI_CONTAINERID}
 * @param ifName {@code CNI_IFNAME}
 */
public record Attachment(String network, String containerId, String ifName) implements Comparable<Attachment> {

    public Attachment {
        requireName("network name", network);
        requireName("container id", containerId);
        requireIfName(ifName);
    }

    /** CNI 1.1.0, sections "Network configuration" and "Parameters": {@code [a-zA-Z0-9][a-zA-Z0-9_.-]*}. */
    private static void requireName(String what, String name) {
        boolean good = !name.isEmpty() && isAlphanumeric(name.charAt(0));
        for (int i = 1; good && i < name.length(); i++) {
            char c = name.charAt(i);
            good = isAlphanumeric(c) || c == '_' || c == '.' || c == '-';
        }
        if (!good) {
            throw new IllegalArgumentException("'" + name + "' can't be a " + what
                    + ": it must begin with a letter or digit and go on with letters, digits, '_', '.' or '-'");
        }
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    /** CNI 1.1.0 on CNI_IFNAME, which is dev_valid_name() in net/core/dev.c: IFNAMSIZ is 16 with the closing zero. */
    private static void requireIfName(String name) {
        boolean good = !name.isEmpty()
                && name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length <= 15
                && !name.equals(".")
                && !name.equals("..");
        for (int i = 0; good && i < name.length(); i++) {
            char c = name.charAt(i);
            good = c != '/' && c != ':' && !Character.isWhitespace(c) && !Character.isISOControl(c);
        }
        if (!good) {
            throw new IllegalArgumentException("'" + name + "' can't be an interface name: it must have 1 to 15 bytes,"
                    + " no '/', ':' or white space, and not be '.' or '..'");
        }
    }

    @Override
    public int compareTo(Attachment other) {
        int byNetwork = network.compareTo(other.network);
        if (byNetwork != 0) {
            return byNetwork;
        }
        int byContainer = containerId.compareTo(other.containerId);
        return byContainer != 0 ? byContainer : ifName.compareTo(other.ifName);
    }

    @Override
    public String toString() {
        return network + "/" + containerId + "/" + ifName;
    }
}
