package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Calls a runtime as the kubelet does: CRI v1, which is gRPC. {@code curl} speaks it, HTTP/2 on a unix socket; the few
 * messages are written and read here, field by field (protobuf's "Encoding"; numbers from {@code cri-api}'s
 * {@code pkg/apis/runtime/v1/api.proto}).
 */
record Cri(RuntimeMachine machine) {
    private static final int BYTES = 2;

    /** How a call ended: gRPC's status, 0 for success, its message, and what came. */
    record Answer(int status, String message, byte[] body) {
        byte[] ok() {
            assertThat(status).as(message).isZero();
            return body;
        }
    }

    /** What stands in field {@code number}, each time it is there; numbers are skipped. */
    static List<byte[]> fields(byte[] message, int number) {
        List<byte[]> found = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(message);
        while (in.hasRemaining()) {
            long tag = varint(in);
            if ((tag & 7) == BYTES) {
                byte[] value = new byte[(int) varint(in)];
                in.get(value);
                if (tag >> 3 == number) {
                    found.add(value);
                }
            } else {
                assertThat(tag & 7).as("a number's field").isZero();
                varint(in);
            }
        }
        return found;
    }

    /** The text in a field of a field; empty when it isn't there. */
    static String text(byte[] message, int... path) {
        byte[] at = message;
        for (int number : path) {
            List<byte[]> found = fields(at, number);
            at = found.isEmpty() ? new byte[0] : found.getFirst();
        }
        return new String(at, StandardCharsets.UTF_8);
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static void varint(ByteArrayOutputStream out, int value) {
        int left = value;
        while (left > 0x7f) {
            out.write(left & 0x7f | 0x80);
            left >>= 7;
        }
        out.write(left);
    }

    private static byte[] field(int number, byte[] value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        varint(out, number << 3 | BYTES);
        varint(out, value.length);
        out.writeBytes(value);
        return out.toByteArray();
    }

    private static byte[] field(int number, String value) {
        return field(number, value.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /** Calls {@code runtime.v1.RuntimeService/METHOD}: one message there, one back, each with gRPC's five bytes before it. */
    private Answer call(String method, byte[] message) throws IOException {
        Files.write(
                machine.at("/run/cri-question"),
                join(ByteBuffer.allocate(5).put((byte) 0).putInt(message.length).array(), message));
        Ran curl = machine.attempt(
                "curl",
                "-sS",
                "--http2-prior-knowledge",
                "--unix-socket",
                "/run/containerd/containerd.sock",
                "-H",
                "content-type: application/grpc",
                "-H",
                "te: trailers",
                "--data-binary",
                "@/run/cri-question",
                "-D",
                "-",
                "-o",
                "/run/cri-answer",
                "http://cri/runtime.v1.RuntimeService/" + method);
        if (curl.exitCode() != 0) {
            return new Answer(-1, method + " did not get there: " + curl.err(), new byte[0]);
        }
        Matcher status =
                Pattern.compile("grpc-status: (\\d+)\\s+grpc-message: ?(.*)").matcher(curl.out());
        assertThat(status.find()).as(curl.out()).isTrue();
        byte[] answer = Files.readAllBytes(machine.at("/run/cri-answer"));
        return new Answer(
                Integer.parseInt(status.group(1)),
                method + ": " + status.group(2),
                answer.length < 5 ? new byte[0] : Arrays.copyOfRange(answer, 5, answer.length));
    }

    /** Whether the runtime says that pods can have a network: condition {@code NetworkReady} of {@code Status}. */
    String networkCondition() throws IOException {
        Answer answer = call("Status", new byte[0]);
        if (answer.status() != 0) {
            return answer.message();
        }
        byte[] status = fields(answer.body(), 1).getFirst();
        for (byte[] condition : fields(status, 1)) {
            if (text(condition, 1).equals("NetworkReady")) {
                return text(condition, 4).isEmpty() ? "ready" : text(condition, 4);
            }
        }
        throw new AssertionError("no condition NetworkReady");
    }

    /** {@code RunPodSandbox} of a pod in namespace {@code default}; the answer's field 1 is its id. */
    Answer run(String name) throws IOException {
        byte[] metadata = join(field(1, name), field(2, "uid-of-" + name), field(3, "default"));
        byte[] linux = field(1, "/pods"); // cgroup_parent
        return call(
                "RunPodSandbox",
                field(1, join(field(1, metadata), field(2, name), field(3, "/run/pod-logs"), field(8, linux))));
    }

    /** {@code PodSandboxStatus}: the pod's addresses, as the kubelet would tell them on. */
    List<String> addresses(String id) throws IOException {
        byte[] status = fields(call("PodSandboxStatus", field(1, id)).ok(), 1).getFirst();
        List<String> addresses = new ArrayList<>(List.of(text(status, 5, 1)));
        for (byte[] more : fields(fields(status, 5).getFirst(), 2)) {
            addresses.add(text(more, 1));
        }
        return addresses;
    }

    Answer stop(String id) throws IOException {
        return call("StopPodSandbox", field(1, id));
    }

    Answer remove(String id) throws IOException {
        return call("RemovePodSandbox", field(1, id));
    }
}
