package dev.fairlead.kernel.tap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Programs of filters. After a wanted change: {@code mvn -pl kernel test -Dtest=FilterProgramTest
 * -Dtest.jvm.args=-Dfairlead.golden.write=true}, and read the difference.
 */
class FilterProgramTest {
    private static final String FILE = "kernel/src/test/resources/dev/fairlead/kernel/tap/programs.txt";
    private static final long SEED = 20_261_126;

    private static final List<TapFilter> EXAMPLES = List.of(
            filter(Protocol.TCP, List.of("10.0.0.2"), 80),
            filter(Protocol.UDP, List.of("10.96.0.10", "10.244.1.5", "10.244.2.7"), 53, 5353),
            filter(Protocol.TCP, List.of("fd00::1"), 443),
            filter(Protocol.TCP, List.of("fd00:1::2", "fd00::2", "fd00::1"), 80, 8080),
            echo("10.244.1.5", List.of("10.244.1.5", "10.244.2.7"), 4711),
            echo("10.244.1.5", List.of("10.244.1.5", "10.244.2.7")),
            echo("fd00::5", List.of("fd00::5", "fd00::7"), 4711));

    private static TapFilter filter(Protocol protocol, List<String> addresses, Integer... ports) {
        return new TapFilter(protocol, addresses.stream().map(Ip::of).toList(), List.of(ports));
    }

    private static TapFilter echo(String client, List<String> addresses, Integer... ids) {
        return TapFilter.echo(Ip.of(client), addresses.stream().map(Ip::of).toList(), List.of(ids));
    }

    @Test
    void printTheExamples() throws IOException {
        StringBuilder text = new StringBuilder();
        for (TapFilter filter : EXAMPLES) {
            text.append(filter.expression())
                    .append('\n')
                    .append(filter.program().text())
                    .append('\n');
        }
        if (Boolean.getBoolean("fairlead.golden.write")) {
            Files.writeString(Path.of(System.getProperty("fairlead.home"), FILE), text);
        }
        try (InputStream golden = FilterProgramTest.class.getResourceAsStream("programs.txt")) {
            assertThat(golden).isNotNull();
            assertThat(text.toString()).isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void everyJumpLandsInsideWhateverTheFilter() {
        Random random = new Random(SEED);
        int largest = 0;
        boolean farJumps = false;
        for (int i = 0; i < 400; i++) {
            BpfProgram program = any(random, i % 2 == 0).program();
            assertLands(program.instructions());
            largest = Math.max(largest, program.instructions().size());
            farJumps |= program.instructions().stream().anyMatch(one -> one.code() == Bpf.JA);
        }
        assertThat(farJumps).as("some need jumps over more than 255").isTrue();
        assertThat(largest).isGreaterThan(500).isLessThan(Bpf.MOST_INSTRUCTIONS);
    }

    private static void assertLands(List<BpfInstruction> program) {
        boolean[] reached = new boolean[program.size()];
        reached[0] = true;
        for (int at = 0; at < program.size(); at++) {
            BpfInstruction one = program.get(at);
            assertThat(one.yes()).isBetween(0, 255);
            assertThat(one.no()).isBetween(0, 255);
            List<Integer> next = new ArrayList<>();
            if (Bpf.isConditional(one.code())) {
                next.addAll(List.of(at + 1 + one.yes(), at + 1 + one.no()));
            } else if (one.code() == Bpf.JA) {
                next.add(at + 1 + one.k());
            } else if (one.code() != Bpf.RET) {
                next.add(at + 1);
            }
            for (int to : next) {
                assertThat(to).as("from %d", at).isGreaterThan(at).isLessThan(program.size());
                reached[to] = true;
            }
        }
        assertThat(program.getLast().code()).isEqualTo(Bpf.RET);
        assertThat(IntStream.range(0, reached.length).filter(at -> !reached[at]))
                .isEmpty();
    }

    /** Addresses that share some of their words, or none; with up to the most of everything. */
    private static TapFilter any(Random random, boolean v4) {
        int words = v4 ? 1 : 4;
        int[] shared = random.ints(4).toArray();
        List<Ip> addresses = new ArrayList<>();
        for (int left = 1 + random.nextInt(TapFilter.MOST); left > 0; left--) {
            ByteBuffer bytes = ByteBuffer.allocate(4 * words);
            int fresh = random.nextInt(words + 1);
            for (int word = 0; word < words; word++) {
                bytes.putInt(word < fresh && !v4 ? shared[word] : random.nextInt());
            }
            addresses.add(Ip.of(bytes.array()));
        }
        List<Integer> ports = random.ints(1 + random.nextInt(TapFilter.MOST), 0, 65536)
                .boxed()
                .toList();
        return random.nextInt(3) == 0
                ? TapFilter.echo(addresses.getFirst(), addresses, random.nextBoolean() ? List.of() : ports)
                : new TapFilter(random.nextBoolean() ? Protocol.TCP : Protocol.UDP, addresses, ports);
    }

    @Test
    void bytesAreTheKernelsStructure() {
        byte[] bytes = new BpfProgram(List.of(new BpfInstruction(Bpf.JEQ, 1, 2, 0x0a000001))).bytes();
        assertThat(bytes).containsExactly(0x15, 0, 1, 2, 1, 0, 0, 0x0a);
    }

    @Test
    void whatNoTapCanSeeIsRefused() {
        List<Ip> ip = List.of(Ip.of("10.0.0.1"));
        assertThatThrownBy(() -> new TapFilter(Protocol.SCTP, ip, List.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sctp");
        assertThatThrownBy(() -> new TapFilter(Protocol.TCP, ip, List.of(65536)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TapFilter(Protocol.TCP, ip, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TapFilter(Protocol.TCP, List.of(), List.of(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TapFilter(Protocol.TCP, List.of(Ip.of("10.0.0.1"), Ip.of("fd00::1")), List.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("open a tap for each");
        assertThatThrownBy(() -> new TapFilter(Protocol.ICMP, ip, List.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("can't be for the client");
        assertThatThrownBy(() -> TapFilter.echo(Ip.of("10.0.0.9"), ip, List.of(1)))
                .isInstanceOf(IllegalArgumentException.class);
        List<Integer> many = IntStream.range(0, 65).boxed().toList();
        assertThatThrownBy(() -> new TapFilter(Protocol.TCP, ip, many))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 to 64");
    }

    @Test
    void aFilterIsMadeOfFlowsAndConcernsThemBothWays() {
        Flow outside = flow("10.0.0.2:4000", "10.96.0.1:80");
        Flow inside = flow("10.0.0.2:4000", "10.0.0.3:8080");
        TapFilter filter = TapFilter.of(List.of(outside, inside));
        assertThat(filter.expression())
                .isEqualTo("ip and host (10.0.0.2 or 10.0.0.3 or 10.96.0.1) and (tcp port (80 or 4000 or 8080)"
                        + " or icmp[icmptype] = 3 or icmp[icmptype] = 11 or icmp[icmptype] = 12)");
        assertThat(List.of(outside, outside.reply(), inside, inside.reply())).allMatch(filter::concerns);
        assertThat(filter.concerns(flow("10.0.0.2:1", "10.0.0.3:2"))).isFalse();
        assertThat(filter.concerns(flow("10.0.0.4:80", "10.0.0.5:80"))).isFalse();
        assertThat(filter.concerns(new Flow(Protocol.UDP, outside.source(), outside.destination())))
                .isFalse();
    }

    /** By its identifier as long as it is the client's own; behind a translation by the addresses. */
    @Test
    void aFilterOfAnEcho() {
        Flow asked = Flow.echo(Ip.of("10.0.0.2"), Ip.of("10.0.0.3"), 7);
        TapFilter filter = echo("10.0.0.2", List.of("10.0.0.2", "10.0.0.3"), 7);
        assertThat(filter.expression())
                .isEqualTo(
                        "ip and host (10.0.0.2 or 10.0.0.3) and ((icmp[0] = 0 or icmp[0] = 8) and (icmp[4:2] = 7"
                                + " or not host 10.0.0.2) or icmp[icmptype] = 3 or icmp[icmptype] = 11 or icmp[icmptype] = 12)");
        Flow masked = Flow.echo(Ip.of("10.9.9.9"), Ip.of("10.0.0.3"), 99);
        assertThat(List.of(asked, asked.reply(), masked, masked.reply())).allMatch(filter::concerns);
        Flow other = Flow.echo(Ip.of("10.0.0.2"), Ip.of("10.0.0.3"), 8);
        assertThat(List.of(other, other.reply(), flow("10.0.0.2:7", "10.0.0.3:7")))
                .noneMatch(filter::concerns);
        assertThat(echo("10.0.0.2", List.of("10.0.0.2", "10.0.0.3")).concerns(other))
                .isTrue();
    }

    private static Flow flow(String source, String destination) {
        return new Flow(Protocol.TCP, IpPort.of(source), IpPort.of(destination));
    }
}
