package dev.fairlead.plan.services;

import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.ServiceName;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Which port of which Service. Prints as kube-proxy logs it: {@code default/web:http}, or {@code default/web} where the port
 * has no name.
 */
public record PortName(ServiceName service, String port) implements Comparable<PortName> {
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; // RFC 4648 section 6
    /** kube-proxy keeps 16 of the kernel's NFT_NAME_MAXLEN of 256 (linux/netfilter/nf_tables.h) for prefixes. */
    private static final int CHAIN_NAME_MOST = 240;

    /**
     * The nftables chain of this port, named by kube-proxy's rule so that people recognise it:
     * {@code service-ULMVA6XW-ns1/svc1/tcp/p80}. The eight characters are the start of the base32 of the SHA-256 of what
     * follows them; they keep names unique that had to be cut at their end. The name is the same for both address families,
     * which kube-proxy keeps in two tables: in one {@code inet} table give one family another prefix.
     *
     * @param prefix what kind of chain it is, with its hyphen, such as {@code service-}; up to 15 characters
     */
    public String chain(String prefix, Protocol protocol) {
        if (prefix.length() > 15) {
            throw new IllegalArgumentException("chain prefix '" + prefix + "' has more than 15 characters");
        }
        String name = service + "/" + protocol + "/" + port;
        String full = hash(name) + "-" + name;
        return prefix + (full.length() > CHAIN_NAME_MOST ? full.substring(0, CHAIN_NAME_MOST - 3) + "..." : full);
    }

    private static String hash(String name) {
        byte[] digest = sha256(name);
        long bits = 0;
        for (int i = 0; i < 5; i++) {
            bits = bits << 8 | (digest[i] & 0xff);
        }
        StringBuilder text = new StringBuilder(8);
        for (int shift = 35; shift >= 0; shift -= 5) {
            text.append(BASE32.charAt((int) (bits >> shift & 31)));
        }
        return text.toString();
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    @Override
    public int compareTo(PortName other) {
        int byService = service.compareTo(other.service);
        return byService != 0 ? byService : port.compareTo(other.port);
    }

    @Override
    public String toString() {
        return port.isEmpty() ? service.toString() : service + ":" + port;
    }
}
