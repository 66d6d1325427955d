package dev.fairlead.plan.ipam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class IpamJournalTest {
    private static final Attachment POD = new Attachment("mynet", "4f2c9", "eth0");
    private static final List<IpamEvent> EVENTS = List.of(
            new IpamEvent.Freed(Ip.of("10.244.1.4")),
            new IpamEvent.Leased(new Lease(
                    POD,
                    List.of(Ip.of("10.244.1.5"), Ip.of("fd00:1::5")),
                    Mac.of("0a:58:0a:f4:01:05"),
                    1_767_225_600_000L)),
            new IpamEvent.Last(Ip.of("10.244.1.5")),
            new IpamEvent.Released(POD, 1_767_225_660_000L));

    /** Checksums by: printf '1 freed 10.244.1.4' | gzip -c | tail -c8 | od -An -tx4 -N4 */
    private static final String TEXT = """
            1 freed 10.244.1.4 crc32=59d26c8c
            1 lease mynet 4f2c9 eth0 10.244.1.5,fd00:1::5 0a:58:0a:f4:01:05 1767225600000 crc32=b4016dc0
            1 last 10.244.1.5 crc32=59c961d9
            1 release mynet 4f2c9 eth0 1767225660000 crc32=18697b7c
            """;

    @Test
    void theTextFormIsFixed() {
        assertThat(new String(IpamJournal.encode(EVENTS), StandardCharsets.UTF_8))
                .isEqualTo(TEXT);
        assertThat(IpamJournal.read(TEXT.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(new IpamJournal.Content(EVENTS, "", false));
        assertThat(IpamJournal.read(new byte[0]).events()).isEmpty();
    }

    /** Cut anywhere, the journal gives the whole lines before the cut, and says what it left out. */
    @Test
    void anUnfinishedLastLineIsCutAndReported() {
        byte[] file = IpamJournal.encode(EVENTS);
        for (int length = 0; length <= file.length; length++) {
            byte[] torn = Arrays.copyOf(file, length);
            int whole = (int) new String(torn, StandardCharsets.UTF_8)
                    .chars()
                    .filter(c -> c == '\n')
                    .count();
            boolean onlyLineFeedMissing = length < file.length && file[length] == '\n';
            boolean clean = length == 0 || file[length - 1] == '\n';
            IpamJournal.Content content = IpamJournal.read(torn);
            assertThat(content.events()).isEqualTo(EVENTS.subList(0, whole + (onlyLineFeedMissing ? 1 : 0)));
            assertThat(content.mustRewrite()).isEqualTo(!clean);
            assertThat(content.cut().isEmpty()).isEqualTo(clean || onlyLineFeedMissing);
            if (!content.cut().isEmpty()) {
                assertThat(content.cut())
                        .startsWith("line " + (whole + 1) + " of the address journal was never finished");
            }
        }
    }

    /** What ext4 and XFS may leave after a power cut: the file has its new length, its last block was never written. */
    @Test
    void aTailOfZerosIsAnUnfinishedLine() {
        byte[] file = IpamJournal.encode(EVENTS);
        IpamJournal.Content content = IpamJournal.read(Arrays.copyOf(file, file.length + 300));
        assertThat(content.events()).isEqualTo(EVENTS);
        assertThat(content.cut()).startsWith("line 5 ").contains("300 characters");
    }

    /** No flipped bit is ever read as another event: it is refused, or (in the last line's end) the line is cut. */
    @Test
    void everyFlippedBitIsNoticed() {
        byte[] file = IpamJournal.encode(EVENTS);
        for (int bit = 0; bit < file.length * 8; bit++) {
            byte[] damaged = file.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            int line = 1
                    + (int) new String(file, 0, bit / 8, StandardCharsets.UTF_8)
                            .chars()
                            .filter(c -> c == '\n')
                            .count();
            try {
                IpamJournal.Content content = IpamJournal.read(damaged);
                assertThat(content.mustRewrite()).describedAs("bit %s", bit).isTrue();
                assertThat(content.events()).isEqualTo(EVENTS.subList(0, EVENTS.size() - 1));
                assertThat(line).isEqualTo(EVENTS.size());
            } catch (IpamException.JournalDamaged e) {
                assertThat(e.line()).describedAs("bit %s", bit).isEqualTo(line);
                assertThat(e.reason()).isNotEmpty();
            }
        }
    }

    @Test
    void aDamagedLineIsNamedWithItsReason() {
        String damaged = TEXT.replace("4f2c9 eth0 10", "4f2c8 eth0 10");
        assertThatThrownBy(() -> read(damaged))
                .isInstanceOf(IpamException.JournalDamaged.class)
                .hasMessageStartingWith(
                        "line 2 of the address journal can't be used: its checksum doesn't fit '1 lease")
                .hasMessageContaining("put the file aside");
        assertThatThrownBy(() -> read("\n")).hasMessageContaining("line 1");
        assertThatThrownBy(() -> read(sealed("x lease whatever"))).hasMessageContaining("begins with no version");
        assertThatThrownBy(() -> read(sealed("1 leese a b c"))).hasMessageContaining("make no event");
        assertThatThrownBy(() -> read(sealed("1 freed 10.0.0.1 10.0.0.2"))).hasMessageContaining("make no event");
        assertThatThrownBy(() -> read(sealed("1 freed 10.0.0"))).hasMessageContaining("'10.0.0' is not an IP address");
        assertThatThrownBy(() -> read(sealed("1 release net - eth0 5")))
                .hasMessageContaining("'-' can't be a container id");
        assertThatThrownBy(() -> read(sealed("1 release net c eth0 x")))
                .isInstanceOf(IpamException.JournalDamaged.class);
        assertThatThrownBy(() -> read(sealed("1 lease net c eth0  0a:58:0a:f4:01:05 5")))
                .isInstanceOf(IpamException.JournalDamaged.class);
        assertThatThrownBy(() -> read(sealed("1"))).isInstanceOf(IpamException.JournalDamaged.class);
    }

    /** Nobody may take it for damage and begin anew: the program that wrote it will be back. */
    @Test
    void aLaterVersionIsNoDamage() {
        assertThatThrownBy(() -> read(TEXT + sealed("2 lease whatever")))
                .isInstanceOf(IpamException.JournalOfLaterVersion.class)
                .hasMessage("line 5 of the address journal is of version 2 and this program knows version 1");
        assertThatThrownBy(() -> read("2 lease whatever crc32=00000000\n"))
                .isInstanceOf(IpamException.JournalDamaged.class);
    }

    /** Bytes that were never a journal give the typed error or nothing, and no other exception. */
    @Test
    void anyBytesAreReadOrRefused() {
        Random random = new Random(4);
        byte[] good = IpamJournal.encode(EVENTS);
        for (int i = 0; i < 20_000; i++) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (int n = random.nextInt(4); n > 0; n--) {
                int from = random.nextInt(good.length);
                bytes.write(good, from, random.nextInt(good.length - from));
                byte[] noise = new byte[random.nextInt(8)];
                random.nextBytes(noise);
                bytes.writeBytes(noise);
            }
            try {
                assertThat(IpamJournal.read(bytes.toByteArray()).events()).allMatch(EVENTS::contains);
            } catch (IpamException.JournalDamaged e) {
                assertThat(e.line()).isPositive();
            }
        }
    }

    @Test
    void aNameInAnyScriptComesBack() {
        IpamEvent event = new IpamEvent.Released(new Attachment("n", "c", "ethé,=…"), -1);
        assertThat(IpamJournal.read(IpamJournal.encode(List.of(event))).events())
                .containsExactly(event);
    }

    private static IpamJournal.Content read(String text) {
        return IpamJournal.read(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String sealed(String words) {
        CRC32 crc = new CRC32();
        crc.update(words.getBytes(StandardCharsets.UTF_8));
        return words + " crc32=" + String.format("%08x", crc.getValue()) + "\n";
    }
}
