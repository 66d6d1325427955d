package dev.fairlead.plan.ipam;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * The Ethernet address of a pod, made from its IP address: the same pod address always sits behind the same MAC, so a
 * neighbour entry that outlives a pod isn't wrong for the next one.
 */
public final class PodMac {
    private PodMac() {}

    /**
     * From the first IPv4 address as the field does it, {@code 0a:58} and the four bytes (10.244.1.5 has
     * {@code 0a:58:0a:f4:01:05}). Without one, from the first IPv6 address: {@code 0a} and five bytes of its SHA-256: one
     * node of 250 pods in 35 million has two that share one.
     */
    public static Mac of(List<Ip> addresses) {
        for (Ip ip : addresses) {
            if (ip.isIpv4()) {
                return new Mac(0x0a58_0000_0000L | ip.number().longValueExact());
            }
        }
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("a MAC is made from an address, and there is none");
        }
        return hashed(addresses.getFirst().bytes());
    }

    /** For an interface that must be there before its addresses are known: made from whose it is, in the same way. */
    public static Mac of(Attachment owner) {
        return hashed(owner.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static Mac hashed(byte[] bytes) {
        byte[] mac = new byte[6];
        System.arraycopy(sha256(bytes), 0, mac, 1, 5);
        mac[0] = 0x0a; // locally administered, not a group address
        return Mac.of(mac);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
