package dev.fairlead.api.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.store.ObjectStore.Kept;
import dev.fairlead.testkit.Poll;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written to a log is what is read from it, or it is said where it isn't. */
class StoreLogTest {
    private static final String RESOURCE = "configmaps";

    @TempDir
    private Path directory;

    private Path file = Path.of("");

    @BeforeEach
    void name() {
        file = directory.resolve("objects.log");
    }

    private static ObjectKey key(String name) {
        return new ObjectKey(RESOURCE, "default", name);
    }

    private static ObjectNode object(String name, String value) {
        ObjectNode object = JsonNodeFactory.instance.objectNode().put("kind", "ConfigMap");
        object.putObject("metadata").put("name", name).put("namespace", "default");
        object.putObject("data").put("value", value).put("number", 1).put("line", "a\nb \u00e4 \ud83d\udea2");
        return object;
    }

    private static void put(ObjectStore store, String name, String value) {
        var unused = store.write(draft -> draft.put(key(name), object(name, value)));
    }

    private static Map<String, String> values(ObjectStore store) {
        Map<String, String> values = new TreeMap<>();
        for (ObjectNode object : store.list(RESOURCE, "").objects()) {
            values.put(
                    object.path("metadata").path("name").asText(),
                    object.path("data").path("value").asText());
        }
        return values;
    }

    private static Map<String, String> values(List<Kept> kept) {
        Map<String, String> values = new TreeMap<>();
        kept.forEach(one -> values.put(
                one.key().name(), one.object().path("data").path("value").asText()));
        return values;
    }

    @Test
    void whatWasWrittenIsThereAgain() throws IOException {
        List<ObjectNode> before;
        long revision;
        try (ObjectStore store = StoreLog.open(file).store()) {
            put(store, "a", "1");
            put(store, "b", "2");
            put(store, "a", "3");
            var unused = store.write(draft -> {
                draft.put(key("c"), object("c", "4"));
                draft.put(key("d"), object("d", "5"));
                return draft.remove(key("b"));
            });
            before = store.list(RESOURCE, "").objects();
            revision = store.revision();
        }
        StoreLog.Opened opened = StoreLog.open(file);
        try (ObjectStore store = opened.store()) {
            assertThat(opened.torn()).isZero();
            assertThat(store.list(RESOURCE, "").objects()).isEqualTo(before);
            assertThat(store.revision())
                    .as("it was closed, so the counter goes on")
                    .isEqualTo(revision);
            put(store, "e", "6");
            assertThat(store.find(key("e"))
                            .orElseThrow()
                            .path("metadata")
                            .path("resourceVersion")
                            .asLong())
                    .isEqualTo(revision + 1);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    /** A watcher may have seen what the machine then lost; its revision must not mean something else now. */
    @Test
    void theCounterNeverSaysTheSameOfTwoChanges() throws IOException {
        ObjectStore killed = StoreLog.open(file).store();
        put(killed, "a", "1");
        long seen = killed.revision();
        byte[] asItWas = Files.readAllBytes(file);
        killed.close();
        Files.write(file, asItWas);
        try (ObjectStore store = StoreLog.open(file).store()) {
            put(store, "b", "2");
            assertThat(store.revision()).isGreaterThan(seen + 1000);
            assertThatThrownBy(() -> store.watch(RESOURCE, seen + 5)).isInstanceOf(ExpiredException.class);
        }
    }

    /** A small log with five writes, and where each of them ends. */
    private record Small(byte[] bytes, List<Integer> ends, List<Map<String, String>> states) {}

    private Small small() throws IOException {
        List<Integer> ends = new ArrayList<>();
        List<Map<String, String>> states = new ArrayList<>();
        byte[] bytes;
        try (ObjectStore store = StoreLog.open(file).store()) {
            ends.add(Math.toIntExact(Files.size(file)));
            states.add(values(store));
            for (int i = 0; i < 5; i++) {
                if (i == 3) {
                    var unused = store.write(draft -> draft.remove(key("n1")));
                } else {
                    put(store, "n" + i % 3, "v" + i);
                }
                ends.add(Math.toIntExact(Files.size(file)));
                states.add(values(store));
            }
            bytes = Files.readAllBytes(file);
        }
        return new Small(bytes, ends, states);
    }

    @Test
    void aLogThatEndsAnywhereHoldsAllWholeWrites() throws IOException {
        Small small = small();
        for (int length = 0; length <= small.bytes().length; length++) {
            Files.write(file, Arrays.copyOf(small.bytes(), length));
            int whole = 0;
            while (whole + 1 < small.ends().size() && small.ends().get(whole + 1) <= length) {
                whole++;
            }
            int end = length < small.ends().getFirst() ? 0 : small.ends().get(whole);
            StoreLog.Opened opened = StoreLog.open(file);
            try (ObjectStore store = opened.store()) {
                assertThat(values(store))
                        .as("cut at %d", length)
                        .isEqualTo(small.states().get(whole));
                assertThat(opened.torn()).as("cut at %d", length).isEqualTo(length - end);
                put(store, "after", "x");
            }
            try (ObjectStore again = StoreLog.open(file).store()) {
                Map<String, String> wanted = new TreeMap<>(small.states().get(whole));
                wanted.put("after", "x");
                assertThat(values(again)).as("cut at %d and written to", length).isEqualTo(wanted);
            }
        }
    }

    @Test
    void aBitThatIsWrongAnywhereIsFoundAndNothingIsChanged() throws IOException {
        Small small = small();
        for (int at = 0; at < small.bytes().length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] wrong = small.bytes().clone();
                wrong[at] ^= (byte) (1 << bit);
                Files.write(file, wrong);
                DamagedLogException e = catchThrowableOfType(DamagedLogException.class, () -> StoreLog.open(file));
                assertThat(e).as("bit %d of byte %d", bit, at).isNotNull();
                assertThat(e).hasMessageContaining(file + " is damaged at byte " + e.offset());
                int flipped = at;
                long record = small.ends().stream()
                        .filter(end -> end <= flipped)
                        .mapToLong(end -> end)
                        .max()
                        .orElse(0);
                assertThat(e.offset()).as("bit %d of byte %d", bit, at).isEqualTo(record);
                assertThat(Files.readAllBytes(file)).isEqualTo(wrong);
            }
        }
    }

    @Test
    void anotherVersionIsNotRead() throws IOException {
        Files.writeString(file, "fairlead log 2\n");
        assertThatThrownBy(() -> StoreLog.open(file))
                .hasMessageContaining("it doesn't begin with 'fairlead log 1', so it is of another version or no log");
    }

    /** The lines are for people too. */
    @Test
    void aLineIsJson() throws IOException {
        try (ObjectStore store = StoreLog.open(file).store()) {
            put(store, "a", "1");
            String line = Files.readAllLines(file, StandardCharsets.UTF_8).get(1);
            assertThat(LogRecord.JSON
                            .readTree(line.substring(LogRecord.HEAD_BYTES))
                            .path("changes")
                            .path(0)
                            .path("name")
                            .asText())
                    .isEqualTo("a");
        }
    }

    /** What many writers have been told is kept is there, though the log was written anew under them again and again. */
    @Test
    void aLogThatHasGrownIsWrittenAnewAndNothingIsLost() throws Exception {
        Map<String, String> told = new ConcurrentHashMap<>();
        ObjectStore store = StoreLog.open(file, 20_000).store();
        List<Thread> writers = new ArrayList<>();
        long[] bytes = new long[4];
        for (int w = 0; w < 4; w++) {
            int writer = w;
            SplittableRandom random = new SplittableRandom(w);
            writers.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 1500; i++) {
                    String name = "w" + writer + "-" + random.nextInt(10);
                    put(store, name, "v" + i);
                    told.put(name, "v" + i);
                    bytes[writer] += 200;
                }
            }));
        }
        for (Thread writer : writers) {
            writer.join();
        }
        // It is written anew beside the writers; what they wrote meanwhile may want it once more, which a write begins.
        int[] more = {0};
        Poll.until(
                Duration.ofSeconds(20),
                () -> {
                    String value = "more" + more[0]++;
                    put(store, "w0-0", value);
                    told.put("w0-0", value);
                    return file.toFile().length() < 400_000;
                },
                () -> file.toFile().length() + " of more than a million bytes");
        byte[] asItWas = Files.readAllBytes(file);
        store.close();
        Files.write(file, asItWas);
        StoreLog.Opened opened = StoreLog.open(file);
        assertThat(values(opened.objects())).isEqualTo(new TreeMap<>(told));
        assertThat(opened.revision()).isEqualTo(1 + 6000 + more[0] + StoreLog.UNSEEN);
        opened.log().close();
    }
}
