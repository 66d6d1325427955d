package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ipam.Attachment;
import dev.fairlead.plan.ipam.LeaseRequest;
import dev.fairlead.plan.ipam.Range;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The leases' file where disk, clock or an earlier program do what they shouldn't. Needs no kernel of its own. */
class LeaseBookTest {
    private static final List<Range> POOLS = List.of(Range.of(Prefix.of("10.244.1.0/24")));

    @TempDir
    Path directory;

    private LeaseBook open() {
        return LeaseBook.open(directory, POOLS);
    }

    private static Attachment pod(String name) {
        return new Attachment("net", name, "eth0");
    }

    private static Ip lease(LeaseBook book, String pod) {
        return book.lease(LeaseRequest.of(pod(pod))).lease().addresses().getFirst();
    }

    private Path journal() {
        return directory.resolve("leases.journal");
    }

    private long lines() throws IOException {
        return Files.readString(journal()).lines().count();
    }

    private static String sealed(String words) {
        CRC32 crc = new CRC32();
        crc.update(words.getBytes(StandardCharsets.UTF_8));
        return words + " crc32=" + String.format("%08x", crc.getValue()) + "\n";
    }

    private List<String> files() throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    /** An address given back isn't given again soon, whatever the time is said to be, also over a restart. */
    @Test
    void aClockThatGoesBackwardsChangesNothing() {
        Instant day = Instant.parse("2026-06-01T12:00:00Z");
        List<Instant> times = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            times.add(day.minusSeconds(86_400L * 365 * i));
        }
        var next = times.iterator();
        InstantSource backwards = () -> next.hasNext() ? next.next() : Instant.EPOCH.minusSeconds(1);
        Set<Ip> given = new HashSet<>();
        try (LeaseBook book = LeaseBook.open(directory, POOLS, backwards, what -> {})) {
            for (int i = 0; i < 30; i++) {
                assertThat(given.add(lease(book, "a" + i))).isTrue();
                book.release(pod("a" + i));
            }
            assertThat(given.add(lease(book, "stays"))).isTrue();
        }
        try (LeaseBook book = LeaseBook.open(directory, POOLS, backwards, what -> {})) {
            assertThat(book.damage()).isEmpty();
            assertThat(lease(book, "stays")).isEqualTo(Ip.of("10.244.1.32"));
            for (int i = 0; i < 200; i++) {
                assertThat(given.add(lease(book, "b" + i))).isTrue();
                book.release(pod("b" + i));
            }
        }
    }

    @Test
    void aJournalOfALaterVersionIsRefusedAndLeftAsItIs() throws IOException {
        try (LeaseBook book = open()) {
            var _ = lease(book, "a");
        }
        Files.writeString(journal(), sealed("2 lease of tomorrow"), StandardOpenOption.APPEND);
        byte[] before = Files.readAllBytes(journal());
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(this::open)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("was written by a later Fairlead and is left as it is")
                    .hasMessageContaining("of version 2 and this program knows version 1")
                    .hasMessageContaining("start that one, or move the file away");
        }
        assertThat(Files.readAllBytes(journal())).isEqualTo(before);
        assertThat(files()).containsExactly("leases.journal", "lock");
        Files.delete(journal());
        open().close(); // the refusal has let go of the lock
    }

    @Test
    void nothingThatWasPutAsideIsOverwritten() throws IOException {
        InstantSource stuck = () -> Instant.ofEpochMilli(1_000);
        for (int i = 1; i <= 3; i++) {
            Files.writeString(journal(), "damage number " + i + "\n");
            try (LeaseBook book = LeaseBook.open(directory, POOLS, stuck, what -> {})) {
                assertThat(book.damage()).contains("put aside as leases.journal.damaged-" + (999 + i));
            }
            assertThat(directory.resolve("leases.journal.damaged-" + (999 + i)))
                    .hasContent("damage number " + i + "\n");
        }
    }

    @Test
    void aJournalThatCannotBeShortenedGrowsAndIsShortenedLater() throws IOException {
        try (LeaseBook book = open()) {
            Path inTheWay = Files.createDirectory(directory.resolve("leases.journal.new"));
            int descriptors = descriptors();
            for (int i = 0; i < 1500; i++) {
                var _ = lease(book, "a");
                book.release(pod("a"));
            }
            assertThat(lines()).isGreaterThan(2900);
            assertThat(descriptors()).as("descriptors").isLessThanOrEqualTo(descriptors);
            Files.delete(inTheWay);
            for (int i = 0; i < 1500; i++) {
                var _ = lease(book, "a");
                book.release(pod("a"));
            }
            assertThat(lines()).isLessThan(2500);
            var _ = lease(book, "last");
        }
        try (LeaseBook book = open()) {
            assertThat(book.damage()).isEmpty();
            assertThat(book.ipam().leases())
                    .singleElement()
                    .extracting("attachment")
                    .isEqualTo(pod("last"));
        }
    }

    /** The file is replaced again and again while others wait for it to be on the disk. */
    @Test
    void manyAtOnceWhileTheJournalIsShortened() throws Exception {
        try (LeaseBook book = open();
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<Integer>> work = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                String name = "t" + t;
                work.add(() -> {
                    for (int i = 0; i < 600; i++) {
                        var _ = lease(book, name);
                        book.release(pod(name));
                    }
                    return 600;
                });
            }
            for (Future<Integer> done : threads.invokeAll(work)) {
                assertThat(done.get()).isEqualTo(600);
            }
            assertThat(lines()).isLessThan(2500);
        }
    }

    private static int descriptors() throws IOException {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return (int) all.count();
        }
    }
}
