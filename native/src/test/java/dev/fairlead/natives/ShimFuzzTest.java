package dev.fairlead.natives;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two thousand calls with damaged configurations, environments and answers, of a shim that traps at undefined behaviour:
 * never ended by a signal, and what it says by itself is always one CNI document.
 */
class ShimFuzzTest {

    private static final List<String> COMMANDS =
            List.of("ADD", "DEL", "CHECK", "GC", "STATUS", "VERSION", "", "A\"\\\u0001");

    private final SplittableRandom random = new SplittableRandom(11);
    private final Documents documents = new Documents(5);

    @TempDir
    private Path dir;

    @Test
    void damagedConfigurationsAndEnvironments() {
        for (int i = 0; i < 1000; i++) {
            byte[] configuration = documents.next();
            Map<String, String> environment = Shim.environment(COMMANDS.get(random.nextInt(COMMANDS.size())));
            environment.put("CNI_CONTAINERID", word());
            environment.put("CNI_NETNS", word());
            assertIsOneDocument(Program.run(environment, configuration, Shim.FOR_TESTS), configuration);
        }
    }

    /** A value for an environment variable: any text without a NUL. */
    private String word() {
        String text = new String(documents.next(), StandardCharsets.UTF_8).replace("\0", "");
        return random.nextInt(10) == 0 ? text.repeat(300) : text;
    }

    @Test
    void damagedAnswers() {
        byte[] whole = FakeAgent.answer(0, "{\"answer\":\"of the agent\"}", "log");
        AtomicReference<byte[]> answer = new AtomicReference<>(whole);
        try (FakeAgent agent = FakeAgent.answering(dir.resolve("s"), question -> answer.get())) {
            for (int i = 0; i < 1000; i++) {
                byte[] damaged = documents.damaged(whole);
                answer.set(damaged);
                Program.Ended ended = Shim.call(Shim.FOR_TESTS, "ADD", Shim.configuration(agent.socket()));
                if (isWhole(damaged)) {
                    assertThat(ended.status()).isEqualTo(damaged[7] & 0xff);
                } else {
                    assertIsOneDocument(ended, damaged);
                }
            }
        }
    }

    /** By the protocol's definition: lengths as they are, and nothing missing. What follows an answer is not looked at. */
    private static boolean isWhole(byte[] answer) {
        if (answer.length < 16 || answer[0] != 'F' || answer[1] != 'L' || answer[2] != 'A' || answer[3] != '1') {
            return false;
        }
        java.nio.ByteBuffer head = java.nio.ByteBuffer.wrap(answer, 4, 12);
        boolean exit = Integer.compareUnsigned(head.getInt(), 255) <= 0;
        long length = (head.getInt() & 0xffffffffL) + (head.getInt() & 0xffffffffL);
        return exit && length <= answer.length - 16;
    }

    private static void assertIsOneDocument(Program.Ended ended, byte[] input) {
        String what = new String(input, StandardCharsets.UTF_8);
        assertThat(ended.status()).as(what).isBetween(0, 1);
        assertThat(ended.err()).as(what).isEmpty();
        assertThat(Shim.document(ended).has(ended.status() == 0 ? "supportedVersions" : "code"))
                .as(what)
                .isTrue();
    }
}
