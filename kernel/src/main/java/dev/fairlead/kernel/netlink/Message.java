package dev.fairlead.kernel.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A message that arrived: {@code struct nlmsghdr} without the length, and its body.
 *
 * @param type message type; for nfnetlink the subsystem is the high byte
 * @param flags {@code NLM_F_*}
 * @param sequence the request's number, 0 for multicast
 * @param body family header and attributes; the array is not to be changed
 */
public record Message(int type, int flags, int sequence, byte[] body) {

    /** The body from its start, in host byte order. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(body).order(ByteOrder.nativeOrder());
    }

    /** The attributes behind a family header of {@code headerLength} bytes. */
    public Attributes attributes(int headerLength) {
        return Attributes.parse(body, headerLength);
    }
}
