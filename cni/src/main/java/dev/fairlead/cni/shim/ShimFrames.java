package dev.fairlead.cni.shim;

import dev.fairlead.cni.FrameException;
import dev.fairlead.cni.FrameException.Reason;
import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.Quote;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Encodes and decodes the frames.
 *
 * <pre>
 * request = "FLR1", envLen, stdinLen, env bytes (each KEY=VALUE and a zero byte), stdin bytes
 * answer  = "FLA1", exitCode, stdoutLen, stderrLen, stdout bytes, stderr bytes
 * </pre>
 *
 * Lengths are checked before anything of that length is allocated.
 */
public final class ShimFrames {

    /** Bytes of a request before its environment. */
    public static final int REQUEST_HEADER = 12;

    /** Bytes of an answer before its standard output. */
    public static final int ANSWER_HEADER = 16;

    /** Longest environment, in bytes. */
    public static final int MAX_ENVIRONMENT = 1 << 20;

    /** Longest standard input, output or error, in bytes. */
    public static final int MAX_STREAM = 4 << 20;

    private static final int REQUEST_MAGIC = 'F' << 24 | 'L' << 16 | 'R' << 8 | '1';
    private static final int ANSWER_MAGIC = 'F' << 24 | 'L' << 16 | 'A' << 8 | '1';

    private ShimFrames() {}

    /**
     * Length of what follows a request's header, for a reader that has to know how much to wait for.
     *
     * @param header the first {@link #REQUEST_HEADER} bytes
     * @throws FrameException when they aren't a request's, or a length is over its limit
     */
    public static int requestBodyLength(byte[] header) {
        ByteBuffer buffer = ByteBuffer.wrap(header);
        requireMagic(buffer.getInt(), REQUEST_MAGIC, "request", "FLR1");
        int environment = length(buffer.getInt(), MAX_ENVIRONMENT, "environment");
        return environment + length(buffer.getInt(), MAX_STREAM, "standard input");
    }

    /**
     * Decodes a whole request.
     *
     * @param header as for {@link #requestBodyLength}
     * @param body as many bytes as that said
     */
    public static ShimRequest request(byte[] header, byte[] body) {
        if (body.length != requestBodyLength(header)) {
            throw new FrameException(Reason.TRUNCATED, "the request's body has another length than its header says");
        }
        int environmentLength = ByteBuffer.wrap(header).getInt(4);
        Map<String, String> environment = readEnvironment(body, environmentLength);
        byte[] stdin = new byte[body.length - environmentLength];
        System.arraycopy(body, environmentLength, stdin, 0, stdin.length);
        return new ShimRequest(environment, stdin);
    }

    /**
     * Reads one request from a stream and leaves what follows it unread.
     *
     * @throws FrameException when it isn't a whole and valid one
     */
    public static ShimRequest readRequest(InputStream stream) {
        byte[] header = read(stream, REQUEST_HEADER, "the request's header");
        return request(header, read(stream, requestBodyLength(header), "the request's body"));
    }

    /** The frame of a request; the shim's part, for tests and for tools that call the agent themselves. */
    public static byte[] encode(ShimRequest request) {
        ByteArrayOutputStream environment = new ByteArrayOutputStream();
        request.environment().forEach((key, value) -> {
            environment.writeBytes((key + "=" + value).getBytes(StandardCharsets.UTF_8));
            environment.write(0);
        });
        length(environment.size(), MAX_ENVIRONMENT, "environment");
        length(request.stdin().length, MAX_STREAM, "standard input");
        return ByteBuffer.allocate(REQUEST_HEADER + environment.size() + request.stdin().length)
                .putInt(REQUEST_MAGIC)
                .putInt(environment.size())
                .putInt(request.stdin().length)
                .put(environment.toByteArray())
                .put(request.stdin())
                .array();
    }

    /** The frame of an answer. */
    public static byte[] encode(PluginOutput answer) {
        length(answer.stdout().length, MAX_STREAM, "standard output");
        length(answer.stderr().length, MAX_STREAM, "standard error");
        return ByteBuffer.allocate(ANSWER_HEADER + answer.stdout().length + answer.stderr().length)
                .putInt(ANSWER_MAGIC)
                .putInt(answer.exitCode())
                .putInt(answer.stdout().length)
                .putInt(answer.stderr().length)
                .put(answer.stdout())
                .put(answer.stderr())
                .array();
    }

    /**
     * Reads one answer; the shim's part, as above.
     *
     * @throws FrameException when it isn't a whole and valid one
     */
    public static PluginOutput readAnswer(InputStream stream) {
        ByteBuffer header = ByteBuffer.wrap(read(stream, ANSWER_HEADER, "the answer's header"));
        requireMagic(header.getInt(), ANSWER_MAGIC, "answer", "FLA1");
        int exitCode = header.getInt();
        int stdout = length(header.getInt(), MAX_STREAM, "standard output");
        int stderr = length(header.getInt(), MAX_STREAM, "standard error");
        return new PluginOutput(
                exitCode,
                read(stream, stdout, "the answer's standard output"),
                read(stream, stderr, "the answer's standard error"));
    }

    private static Map<String, String> readEnvironment(byte[] body, int length) {
        Map<String, String> environment = new LinkedHashMap<>();
        int from = 0;
        for (int i = 0; i < length; i++) {
            if (body[i] == 0) {
                addVariable(environment, body, from, i);
                from = i + 1;
            }
        }
        if (from < length) {
            throw new FrameException(
                    Reason.BAD_ENVIRONMENT, "the environment's last variable has no zero byte after it");
        }
        return environment;
    }

    /** Of two variables with one name the first counts, as for {@code getenv}; names that aren't ours are passed over. */
    private static void addVariable(Map<String, String> environment, byte[] body, int from, int to) {
        String variable;
        try {
            variable = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body, from, to - from))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new FrameException(
                    Reason.BAD_ENVIRONMENT,
                    "the environment has a variable that isn't UTF-8: '"
                            + Quote.of(new String(body, from, to - from, StandardCharsets.UTF_8)) + "'");
        }
        int equals = variable.indexOf('=');
        if (equals <= 0) {
            throw new FrameException(
                    Reason.BAD_ENVIRONMENT, "the environment has '" + Quote.of(variable) + "', which isn't KEY=VALUE");
        }
        String key = variable.substring(0, equals);
        if (isOurs(key)) {
            environment.putIfAbsent(key, variable.substring(equals + 1));
        }
    }

    private static boolean isOurs(String key) {
        return key.startsWith("CNI_") || key.equals("TRACEPARENT") || key.equals("TRACESTATE") || key.equals("BAGGAGE");
    }

    private static void requireMagic(int found, int wanted, String frame, String text) {
        if (found != wanted) {
            throw new FrameException(
                    Reason.BAD_MAGIC,
                    "the " + frame + " should start with " + text + "; is the other side another version of Fairlead?");
        }
    }

    private static int length(int length, int limit, String what) {
        if (Integer.compareUnsigned(length, limit) > 0) {
            throw new FrameException(
                    Reason.TOO_LARGE,
                    "the " + what + " has " + Integer.toUnsignedString(length) + " bytes, and " + limit
                            + " is the limit");
        }
        return length;
    }

    private static byte[] read(InputStream stream, int length, String what) {
        try {
            byte[] bytes = stream.readNBytes(length);
            if (bytes.length < length) {
                throw new FrameException(
                        Reason.TRUNCATED, what + " ends after " + bytes.length + " of " + length + " bytes");
            }
            return bytes;
        } catch (IOException e) {
            throw new FrameException(Reason.TRUNCATED, what + " can't be read: " + e.getMessage());
        }
    }
}
