package dev.fairlead.plan.nat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Prefix;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.CheckedLine;
import dev.fairlead.plan.ipam.Attachment;
import dev.fairlead.plan.nat.NatBookText.Content;
import dev.fairlead.plan.nat.Translation.Loopback;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NatBookTest {
    private static Forward forward(String protocol, String host, String pod) {
        return new Forward(Protocol.parse(protocol).orElseThrow(), IpPort.of(host), IpPort.of(pod));
    }

    private static Translation pod(String container, String address, Forward... forwards) {
        return new Translation(
                new Attachment("mynet", container, "eth0"),
                false,
                List.of(Ip.of(address).asPrefix()),
                List.of(forwards),
                Masquerade.AS_NODE,
                Loopback.NONE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    tcp 0.0.0.0:80   | tcp 0.0.0.0:80   | true
                    tcp 0.0.0.0:80   | tcp 192.0.2.1:80 | true
                    tcp 192.0.2.1:80 | tcp 0.0.0.0:80   | true
                    tcp 192.0.2.1:80 | tcp 192.0.2.1:80 | true
                    tcp 192.0.2.1:80 | tcp 192.0.2.2:80 | false
                    tcp 0.0.0.0:80   | tcp 0.0.0.0:81   | false
                    tcp 0.0.0.0:80   | udp 0.0.0.0:80   | false
                    tcp [::]:80      | tcp [fd00::1]:80 | true
                    tcp [::]:80      | tcp 0.0.0.0:80   | false
                    """)
    void aPortIsTakenWhereSomePacketIsMeantByBoth(String one, String other, boolean taken) {
        Translation a = pod("a", "10.0.0.1", of(one, 1));
        Translation b = pod("b", "10.0.0.2", of(other, 2));
        assertThat(NatBook.EMPTY.with(a).taken(b).isPresent()).isEqualTo(taken);
        assertThat(NatBook.EMPTY.with(b).taken(a).isPresent()).isEqualTo(taken);
    }

    private static Forward of(String host, int pod) {
        String[] words = host.split(" ", -1);
        return forward(words[0], words[1], words[1].startsWith("[") ? "[fd00::" + pod + "]:1" : "10.0.0." + pod + ":1");
    }

    @Test
    void aLateEndOfAnEarlierHolderTouchesNothing() {
        Forward port = forward("tcp", "0.0.0.0:80", "10.0.0.1:80");
        Translation first = pod("first", "10.0.0.1", port);
        Translation second = pod("second", "10.0.0.1", port);
        NatBook book = NatBook.EMPTY.with(first);
        assertThat(book.taken(second)).as("its holder has lost the address").isEmpty();
        NatBook after = book.with(second);
        assertThat(after.pods().values()).containsExactly(second);
        assertThat(after.without(first.owner())).isEqualTo(after);
    }

    @Test
    void anAddAgainTakesThePlaceOfTheOneBefore() {
        Translation before = pod("a", "10.0.0.1", forward("tcp", "0.0.0.0:80", "10.0.0.1:80"));
        Translation again = pod("a", "10.0.0.1", forward("tcp", "0.0.0.0:80", "10.0.0.1:81"));
        NatBook book = NatBook.EMPTY.with(before);
        assertThat(book.taken(again)).isEmpty();
        assertThat(book.with(again).pods().values()).containsExactly(again);
    }

    @Test
    void onePodCanNotHaveOnePortForTwo() {
        Forward one = forward("tcp", "0.0.0.0:80", "10.0.0.1:1");
        assertThat(NatBook.EMPTY.taken(pod("a", "10.0.0.1", one, forward("tcp", "192.0.2.1:80", "10.0.0.1:2"))))
                .isPresent();
        assertThat(NatBook.EMPTY.taken(pod("a", "10.0.0.1", one, forward("tcp", "192.0.2.1:80", "10.0.0.1:1"))))
                .as("both lead to the same")
                .isEmpty();
    }

    private static NatBook random(Random random) {
        NatBook book = NatBook.EMPTY;
        for (int i = random.nextInt(5); i > 0; i--) {
            int host = random.nextInt(250) + 1;
            List<Forward> forwards = new ArrayList<>();
            for (int j = random.nextInt(3); j > 0; j--) {
                Protocol protocol = Protocol.values()[random.nextInt(3)];
                forwards.add(
                        random.nextBoolean()
                                ? new Forward(
                                        protocol,
                                        new IpPort(Ip.of("0.0.0.0"), random.nextInt(65536)),
                                        new IpPort(Ip.of("10.0.0." + host), random.nextInt(65536)))
                                : new Forward(
                                        protocol,
                                        new IpPort(Ip.of("2001:db8::1"), random.nextInt(65536)),
                                        new IpPort(Ip.of("fd00::" + host), random.nextInt(65536))));
            }
            boolean loopback = random.nextBoolean();
            book = book.with(new Translation(
                    new Attachment("net", "c" + random.nextInt(100), "eth0"),
                    random.nextBoolean(),
                    List.of(Prefix.of("10.0.0." + host + "/24"), Prefix.of("fd00::" + host + "/128")),
                    forwards,
                    Masquerade.values()[random.nextInt(3)],
                    loopback ? new Loopback("cni0", random.nextBoolean()) : Loopback.NONE));
        }
        return book;
    }

    @Test
    void booksAreReadAsTheyWereWritten() {
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            Content content = new Content("boot-" + i, random(random));
            assertThat(NatBookText.read(NatBookText.encode(content))).isEqualTo(content);
        }
    }

    /** Cut anywhere, or with any bit turned: never an exception of another kind, and never another book. */
    @Test
    void whatIsDamagedIsSeen() {
        Random random = new Random(2);
        for (int i = 0; i < 300; i++) {
            byte[] file = NatBookText.encode(new Content("boot", random(random)));
            byte[] cut = java.util.Arrays.copyOf(file, random.nextInt(file.length - 1));
            assertThatThrownBy(() -> NatBookText.read(cut)).isInstanceOf(IllegalArgumentException.class);
            byte[] turned = file.clone();
            turned[random.nextInt(file.length - 1)] ^= (byte) (1 << random.nextInt(7));
            assertThatThrownBy(() -> NatBookText.read(turned)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2 boot x", "1", "1 pod a", "1 end 0", "1 boot x y"})
    void linesThatAreWholeAndMakeNoSenseAreRefused(String line) {
        byte[] file = (CheckedLine.of(line) + "\n").getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> NatBookText.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("line 1");
    }

    @Test
    void theTextIsAsTheDocumentationSays() {
        Translation pod = new Translation(
                new Attachment("mynet", "4f2c9", "eth0"),
                false,
                List.of(Prefix.of("10.244.1.5/32")),
                List.of(forward("tcp", "0.0.0.0:8080", "10.244.1.5:80")),
                Masquerade.AS_NODE,
                new Loopback("fl0", true));
        assertThat(new String(NatBookText.encode(new Content("b", NatBook.EMPTY.with(pod))), StandardCharsets.UTF_8)
                        .replaceAll(" crc32=[0-9a-f]{8}", ""))
                .isEqualTo("""
                        1 boot b
                        1 pod mynet 4f2c9 eth0 own 10.244.1.5/32 tcp/0.0.0.0:8080/10.244.1.5:80 as-node switched fl0
                        1 end 1
                        """);
    }
}
