package dev.fairlead.kernel.netlink;

import dev.fairlead.kernel.DecodeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A message that arrived: {@code struct nlmsghdr} without the length, and its body.
 *
 * @param type message type; for nfnetlink the subsystem is the high byte
 * @param flags {@code NLM_F_*}
 * @param sequence the request's number, 0 for multicast
 * @param body family header and attributes; the array is not to be changed
 */
public record Message(int type, int flags, int sequence, byte[] body) {

    /** {@code sizeof(struct nlmsghdr)}: u32 length, u16 type, u16 flags, u32 sequence, u32 port. */
    static final int HEADER = 16;

    /** Cuts a datagram into its messages; bytes that don't add up are a {@link DecodeException}. */
    public static List<Message> split(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        List<Message> messages = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            if (bytes.length - at < HEADER) {
                throw new DecodeException(
                        "a netlink datagram ends in " + (bytes.length - at) + " bytes that are no message");
            }
            int length = buffer.getInt(at);
            if (length < HEADER || length > bytes.length - at) {
                throw new DecodeException("a netlink message says it is " + length + " bytes long where "
                        + (bytes.length - at) + " are left");
            }
            byte[] body = new byte[length - HEADER];
            buffer.get(at + HEADER, body);
            messages.add(new Message(
                    Short.toUnsignedInt(buffer.getShort(at + 4)),
                    Short.toUnsignedInt(buffer.getShort(at + 6)),
                    buffer.getInt(at + 8),
                    body));
            at += length + 3 & ~3;
        }
        return messages;
    }

    /** The body from its start, in host byte order. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(body).order(ByteOrder.nativeOrder());
    }

    /** The attributes behind a family header of {@code headerLength} bytes. */
    public Attributes attributes(int headerLength) {
        return Attributes.parse(body, headerLength);
    }
}
