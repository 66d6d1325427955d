package dev.fairlead.lab.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is printed, as it is kept and as it is read. The clock is moved by hand. */
class LogReaderTest {
    @TempDir
    private Path directory;

    private Instant now = Instant.parse("2026-01-02T03:04:05.000000678Z");
    private ContainerLog log;

    @BeforeEach
    void begin() {
        log = ContainerLog.create(directory.resolve("a.log"), () -> now);
    }

    @AfterEach
    void end() {
        log.delete();
        assertThat(directory).isEmptyDirectory();
    }

    private void print(String text) {
        log.append(1, text.getBytes(StandardCharsets.UTF_8));
    }

    private String read(boolean follow, long tail, Instant since, boolean timestamps, long limit) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            LogReader.read(log, new LogOptions(follow, tail, since, timestamps, limit), LogReader.Sink.to(out));
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private String tail(long lines) {
        return read(false, lines, Instant.MIN, false, Long.MAX_VALUE);
    }

    @Test
    void theFileIsInTheFormatOfContainerRuntimes() throws IOException {
        print("one\ntwo, ");
        now = now.plusSeconds(1);
        log.append(2, "oops\n".getBytes(StandardCharsets.UTF_8));
        assertThat(Files.readString(directory.resolve("a.log"))).isEqualTo("""
                2026-01-02T03:04:05.000000678Z stdout F one
                2026-01-02T03:04:05.000000678Z stdout P two,\s
                2026-01-02T03:04:06.000000678Z stderr F oops
                """);
    }

    @Test
    void whatWasPrintedComesBackByteForByte() {
        Random random = new Random(1);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < 300; i++) {
            byte[] piece = new byte[random.nextInt(32 * 1024)];
            random.nextBytes(piece);
            log.append(1, piece);
            all.writeBytes(piece);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            LogReader.read(log, LogOptions.WHOLE, LogReader.Sink.to(out));
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
        assertThat(out.toByteArray()).isEqualTo(all.toByteArray());
    }

    @Test
    void theLastLinesAreLinesAndNotPieces() {
        print("one\ntw");
        print("o\nthr");
        print("ee\n\nfi");
        print("ve");
        assertThat(tail(0)).isEmpty();
        assertThat(tail(1)).isEqualTo("five");
        assertThat(tail(2)).isEqualTo("\nfive");
        assertThat(tail(3)).isEqualTo("three\n\nfive");
        assertThat(tail(4)).isEqualTo("two\nthree\n\nfive");
        assertThat(tail(100)).isEqualTo("one\ntwo\nthree\n\nfive");
    }

    @Test
    void timesStandAtTheBeginningOfLinesAndChoose() {
        print("one\ntw");
        now = now.plusSeconds(10);
        print("o\nthree\n");
        assertThat(read(false, Long.MAX_VALUE, Instant.MIN, true, Long.MAX_VALUE))
                .isEqualTo("""
                2026-01-02T03:04:05.000000678Z one
                2026-01-02T03:04:05.000000678Z two
                2026-01-02T03:04:15.000000678Z three
                """);
        assertThat(read(false, Long.MAX_VALUE, now.minusSeconds(1), false, Long.MAX_VALUE))
                .isEqualTo("o\nthree\n");
        assertThat(read(false, Long.MAX_VALUE, Instant.MIN, false, 6)).isEqualTo("one\ntw");
    }

    @Test
    void aFollowerSleepsUntilThereIsMoreAndEndsWithTheContainer() throws Exception {
        print("one\n");
        CompletableFuture<String> followed =
                CompletableFuture.supplyAsync(() -> read(true, Long.MAX_VALUE, Instant.MIN, false, Long.MAX_VALUE));
        print("two\n");
        assertThatThrownBy(() -> followed.get(50, TimeUnit.MILLISECONDS))
                .isInstanceOf(java.util.concurrent.TimeoutException.class);
        print("three\n");
        log.close();
        assertThat(followed.get(10, TimeUnit.SECONDS)).isEqualTo("one\ntwo\nthree\n");
        assertThat(read(true, Long.MAX_VALUE, Instant.MIN, false, Long.MAX_VALUE))
                .as("a container that has ended")
                .isEqualTo("one\ntwo\nthree\n");
    }

    @Test
    void aFollowerReadsOnWhenTheFileIsGone() throws ExecutionException, InterruptedException {
        CompletableFuture<Boolean> reading = new CompletableFuture<>();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CompletableFuture<Void> followed = CompletableFuture.runAsync(() -> {
            try {
                LogReader.follow(log, 0, new LogReader.Sink() {
                    @Override
                    public void text(int stream, byte[] bytes, int from, int length) {
                        out.write(bytes, from, length);
                    }

                    @Override
                    public void flush() {
                        reading.complete(true);
                    }
                });
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(reading.get()).isTrue();
        print("last words\n");
        log.delete();
        followed.get();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("last words\n");
    }
}
