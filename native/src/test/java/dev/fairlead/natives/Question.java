package dev.fairlead.natives;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What the shim sends to the agent, read by its definition: {@code "FLR1"}, the lengths of environment and stdin as
 * unsigned 32-bit big-endian numbers, then {@code KEY=VALUE\0} strings and the bytes of stdin.
 */
record Question(List<String> environment, byte[] stdin) {

    static Question read(ReadableByteChannel from) throws IOException {
        ByteBuffer head = exactly(from, 12);
        if (head.getInt() != 0x464c5231) {
            throw new AssertionError("the question doesn't start with FLR1");
        }
        int environmentLength = head.getInt();
        int stdinLength = head.getInt();
        byte[] environment = exactly(from, environmentLength).array();
        return new Question(strings(environment), exactly(from, stdinLength).array());
    }

    private static List<String> strings(byte[] bytes) {
        List<String> strings = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                strings.add(new String(bytes, start, i - start, StandardCharsets.UTF_8));
                start = i + 1;
            }
        }
        if (start != bytes.length) {
            throw new AssertionError("the environment's last string has no NUL");
        }
        return strings;
    }

    private static ByteBuffer exactly(ReadableByteChannel from, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (from.read(bytes) < 0) {
                throw new EOFException("the question ended after " + bytes.position() + " of " + length + " bytes");
            }
        }
        return bytes.flip();
    }
}
