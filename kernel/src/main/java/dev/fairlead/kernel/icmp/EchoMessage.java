package dev.fairlead.kernel.icmp;

import dev.fairlead.packet.Family;
import java.nio.ByteBuffer;
import java.util.Optional;

/** An echo request or reply as it lies behind the IP header, RFC 792 and RFC 4443 section 4. */
record EchoMessage(int type, int id, int sequence) {
    static final int HEADER = 8;

    static int request(Family family) {
        return family == Family.IPV4 ? 8 : 128;
    }

    static int reply(Family family) {
        return family == Family.IPV4 ? 0 : 129;
    }

    /** With its checksum, which an IPv4 raw socket wants from who sends; ICMPv6's has addresses in it and is the kernel's to make. */
    byte[] bytes(byte[] payload) {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + payload.length);
        bytes.put((byte) type).put((byte) 0).putShort((short) 0);
        bytes.putShort((short) id).putShort((short) sequence).put(payload);
        return bytes.putShort(2, (short) checksum(bytes.array())).array();
    }

    /** Of RFC 1071. */
    private static int checksum(byte[] bytes) {
        long sum = 0;
        for (int i = 0; i < bytes.length; i++) {
            sum += (long) (bytes[i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return (int) ~sum & 0xffff;
    }

    /** @param at where it begins; empty when there is no room for one */
    static Optional<EchoMessage> read(byte[] bytes, int at) {
        if (at + HEADER > bytes.length) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return Optional.of(
                new EchoMessage(in.get(at) & 0xff, in.getShort(at + 4) & 0xffff, in.getShort(at + 6) & 0xffff));
    }
}
