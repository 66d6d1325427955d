package dev.fairlead.kernel.tap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Protocol;
import dev.fairlead.testkit.Oracle;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text and files of ours, held against those of {@code tcpdump}, {@code tshark} and {@code capinfos}. */
class TcpdumpFormsTest {
    private static final String DATAGRAM = "0a58000000020a580000000186dd60012345000d1140"
            + "fd010000000000000000000000000002fd010000000000000000000000000001"
            + "9c400035000d000068656c6c6f";
    private static final String SEGMENT = "0a58000000020a580000000108004500003c1c464000400608ae0a0100020a010001"
            + "a1f400504d2f5a0100000000a002faf014320000020405b40402080a0b0c0d0e0000000001030307";

    @TempDir
    Path files;

    /** Programs that tcpdump makes, printed by us as it prints them: with far jumps, where there are many addresses. */
    @Test
    void programsPrintAsTcpdumpPrintsThem() {
        StringBuilder many = new StringBuilder("ip6 and udp and (host fd00::1");
        for (int i = 2; i < 60; i++) {
            many.append(" or host fd00:").append(i).append("::").append(i);
        }
        for (String expression : List.of(
                expression(Protocol.TCP, "10.0.0.1", "10.0.0.2"),
                expression(Protocol.UDP, "fd00::1", "fd00:1::1"),
                "udp portrange 1000-2000 or tcp[4:4] > 7",
                many.append(')').toString())) {
            List<BpfInstruction> program = new ArrayList<>();
            List<String> numbers = tcpdump("-ddd", expression);
            for (String line : numbers.subList(1, numbers.size())) {
                String[] fields = line.split(" ", -1);
                program.add(new BpfInstruction(
                        Integer.parseInt(fields[0]),
                        Integer.parseInt(fields[1]),
                        Integer.parseInt(fields[2]),
                        Integer.parseUnsignedInt(fields[3])));
            }
            assertThat(new BpfProgram(program).text().lines().map(String::stripTrailing))
                    .as(expression)
                    .isEqualTo(tcpdump("-d", expression));
        }
    }

    private static String expression(Protocol protocol, String... addresses) {
        return new TapFilter(protocol, List.of(addresses).stream().map(Ip::of).toList(), List.of(80, 443)).expression();
    }

    private static List<String> tcpdump(String form, String expression) {
        return Oracle.here().lines("tcpdump", form, "-y", "EN10MB", expression);
    }

    @Test
    void filesAreReadByTcpdump() throws IOException {
        Oracle.assumeTcpdumpRuns();
        List<String> lines =
                Oracle.here().lines("tcpdump", "-nn", "-tt", "-v", "--time-stamp-precision=nano", "-r", file());
        assertThat(String.join("\n", lines))
                .contains("1700000000.123456789 IP6")
                .contains("hlim 64, next-header UDP (17) payload length: 13) fd01::2.40000 > fd01::1.53:")
                .contains("1700000000.123456790 IP (tos")
                .contains("10.1.0.2.41460 > 10.1.0.1.80: Flags [S]");
        assertThat(lines.stream().filter(line -> line.startsWith("17"))).hasSize(2);
    }

    @Test
    void filesAreReadByTsharkWithNamesDirectionsAndComments() throws IOException {
        assertThat(Oracle.here()
                        .lines(
                                "tshark",
                                "-n",
                                "-r",
                                file(),
                                "-T",
                                "fields",
                                "-E",
                                "separator=|",
                                "-e",
                                "frame.interface_name",
                                "-e",
                                "frame.packet_flags_direction",
                                "-e",
                                "frame.comment",
                                "-e",
                                "frame.len",
                                "-e",
                                "frame.cap_len",
                                "-e",
                                "udp.dstport",
                                "-e",
                                "tcp.dstport"))
                .containsExactly("node-1 veth0|0x00000001|in, för dns|67|67|53|", "pod eth0|0x00000002||2000|74||80");
    }

    @Test
    void filesAreReadByCapinfos() throws IOException {
        assertThat(Oracle.here().run("capinfos", file()))
                .contains("pcapng")
                .contains("Number of packets:   2")
                .contains("Time precision = nanoseconds (9)")
                .contains("Name = node-1 veth0")
                .contains("Name = pod eth0");
    }

    /** Two devices, a packet each. */
    private String file() throws IOException {
        Path file = files.resolve("seen.pcapng");
        PcapNg value = new PcapNg(
                List.of("node-1 veth0", "pod eth0"),
                List.of(
                        new PcapNg.Packet(
                                0, 1_700_000_000_123_456_789L, PacketType.HOST, frame(DATAGRAM, 67), "in, för dns"),
                        new PcapNg.Packet(
                                1, 1_700_000_000_123_456_790L, PacketType.OUTGOING, frame(SEGMENT, 2000), "")));
        try (OutputStream out = Files.newOutputStream(file)) {
            value.writeTo(out);
        }
        return file.toString();
    }

    private static Frame frame(String hex, int length) {
        return new Frame(HexFormat.of().parseHex(hex), length);
    }
}
