package dev.fairlead.api.stream;

import java.util.Arrays;
import java.util.Optional;

/**
 * Messages whose first byte is the number of their channel (kubernetes {@code k8s.io/apimachinery/pkg/util/remotecommand}), one
 * after the other, each in parts. Confined to the thread that receives them.
 */
final class ChannelMessages {
    private static final int NOTHING = -1;

    private int channel = NOTHING;

    /** One to send. @param channel 0 to 255 */
    static byte[] message(int channel, byte[] bytes) {
        byte[] message = new byte[bytes.length + 1];
        message[0] = (byte) channel;
        System.arraycopy(bytes, 0, message, 1, bytes.length);
        return message;
    }

    /** The bytes of a part, without the number; empty for a part that comes before the number and has none itself. */
    Optional<byte[]> take(byte[] part) {
        if (channel != NOTHING) {
            return Optional.of(part);
        }
        if (part.length == 0) {
            return Optional.empty();
        }
        channel = part[0] & 0xff;
        return Optional.of(Arrays.copyOfRange(part, 1, part.length));
    }

    /** Of the message whose parts are coming, 0 to 255. */
    int channel() {
        return channel;
    }

    /** That was its last part. */
    void end() {
        channel = NOTHING;
    }
}
