package dev.fairlead.kernel.tc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.netlink.Explain;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.kernel.route.Link;
import dev.fairlead.kernel.route.Recording;
import dev.fairlead.kernel.route.Rtnetlink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code tc} really sent, got and printed, from {@code recorded.txt}, which {@code RecordTcTest} of the test kit writes:
 * our messages say what the tool's say, the kernel's answers print as the tool printed them, and survive being written again.
 */
class RecordedTcTest {
    private static final String FILTERS = "tc filter show dev v0 ingress";
    private static final QdiscHandle F1 = QdiscHandle.ofMajor(0xf1);
    private static final long SEED = 20_260_103;

    private static Recording of(String command) {
        return Recording.of(RecordedTcTest.class, command);
    }

    private static List<Link> links() {
        return of("ip -o link show").received().stream()
                .filter(message -> message.type() == 16)
                .map(Link::decode)
                .toList();
    }

    private static int index(String name) {
        return links().stream()
                .filter(link -> link.name().equals(name))
                .findFirst()
                .orElseThrow()
                .index();
    }

    private static String name(int index) {
        return links().stream()
                .filter(link -> link.index() == index)
                .findFirst()
                .orElseThrow()
                .name();
    }

    @Test
    void requests() {
        assertSame(
                "tc qdisc add dev i0 root handle f1: tbf rate 10mbit burst 32kb limit 64000",
                TcRequests.add(Qdisc.root(index("i0"), F1, Tbf.of(1_250_000, 32_768, 64_000))));
        assertSame(
                "tc qdisc add dev v0 root handle f1: tbf rate 100gbit burst 1mb latency 25ms",
                TcRequests.add(Qdisc.root(index("v0"), F1, Tbf.of(12_500_000_000L, 1 << 20, 313_548_576))));
        assertSame("tc qdisc add dev v0 clsact", TcRequests.add(Qdisc.clsact(index("v0"))));
        assertSame(
                "tc filter add dev v0 ingress protocol all prio 1 u32 match u32 0 0 action mirred egress redirect dev i0",
                TcRequests.add(Filter.redirectReceived(index("v0"), 1, index("i0"))));
    }

    private static void assertSame(String command, Request ours) {
        Message theirs = of(command).sent().getFirst();
        int flags = theirs.flags() & ~(Request.NLM_F_REQUEST | Request.NLM_F_ACK);
        assertThat(lines(ours.type(), ours.flags(), ours.body()))
                .as(command)
                .containsExactlyInAnyOrderElementsOf(lines(theirs.type(), flags, theirs.body()));
    }

    /** The message as text, one attribute a line, without its length and what the tool adds for kernels before 3.8. */
    private static List<String> lines(int type, int flags, byte[] body) {
        return new Explain(Rtnetlink.FAMILY)
                .text(type, flags, 0, body)
                .lines()
                .map(line -> line.replaceFirst("  seq .*", ""))
                .filter(line -> !line.contains("TCA_TBF_RTAB"))
                // Its unit of the table and "align with the cells of the table", which the kernel doesn't read.
                .map(line -> line.replaceFirst("(TCA_TBF_PARMS) 0.010000ffff0000", "$1 0001000000000000"))
                // The tool cuts the time of a burst to microseconds; the kernel takes it from TCA_TBF_BURST.
                .map(line -> line.replaceFirst("(TCA_TBF_PARMS .{56}).{8}", "$1 time "))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"v0", "e0", "i0"})
    void qdiscsPrintAsTcPrintsThem(String device) {
        Recording recording = of("tc qdisc show dev " + device);
        List<String> ours = recording.received(Tca.RTM_NEWQDISC).stream()
                .map(Qdisc::decode)
                .filter(qdisc -> qdisc.device() == index(device))
                .map(Qdisc::toString)
                .toList();
        assertThat(ours).isNotEmpty().isEqualTo(recording.printed());
    }

    @Test
    void filtersPrintAsTcPrintsThem() {
        List<String> ours = of(FILTERS).received(Tca.RTM_NEWTFILTER).stream()
                .flatMap(message ->
                        Filter.decode(message).text(RecordedTcTest::name).lines())
                .map(String::strip)
                .toList();
        List<String> printed = of(FILTERS).printed().stream()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        assertThat(ours).hasSizeGreaterThan(4).isEqualTo(printed);
    }

    private static List<Message> material() {
        List<Message> all = new ArrayList<>();
        for (Recording recording : Recording.all(RecordedTcTest.class)) {
            all.addAll(recording.received(Tca.RTM_NEWQDISC));
            all.addAll(recording.received(Tca.RTM_NEWTFILTER));
            for (Message message : recording.sent()) {
                if (message.type() == Tca.RTM_NEWQDISC || message.type() == Tca.RTM_NEWTFILTER) {
                    all.add(message);
                }
            }
        }
        assertThat(all).hasSizeGreaterThan(15);
        return all;
    }

    @Test
    void whatWasReadIsWrittenAgain() {
        for (Message message : material()) {
            byte[] written = message.type() == Tca.RTM_NEWQDISC
                    ? Qdisc.decode(message).encode()
                    : Filter.decode(message).encode();
            assertThat(sorted(message.type(), written)).isEqualTo(sorted(message.type(), message.body()));
        }
    }

    /** Order counts for nobody; times of actions and empty options aren't kept. */
    private static List<String> sorted(int type, byte[] body) {
        return new Explain(Rtnetlink.FAMILY)
                .text(type, 0, 0, body)
                .lines()
                .map(line -> line.replaceFirst("  seq .*", ""))
                .filter(line -> !line.contains("TCA_MIRRED_TM") && !line.matches(" +TCA_OPTIONS *"))
                .sorted()
                .toList();
    }

    @Test
    void damagedMessagesGiveTheTypedErrorOrAValue() {
        Random random = new Random(SEED);
        int refused = 0;
        for (Message message : material()) {
            for (int length = 0; length < message.body().length; length++) {
                refused += read(message, Arrays.copyOf(message.body(), length)) ? 0 : 1;
            }
            for (int i = 0; i < 300; i++) {
                byte[] body = message.body().clone();
                for (int flips = random.nextInt(1, 5); flips > 0; flips--) {
                    body[random.nextInt(body.length)] ^= (byte) (1 << random.nextInt(8));
                }
                refused += read(message, body) ? 0 : 1;
            }
        }
        assertThat(refused).isGreaterThan(500);
    }

    private static boolean read(Message original, byte[] body) {
        Message message = new Message(original.type(), original.flags(), original.sequence(), body);
        try {
            Object value = message.type() == Tca.RTM_NEWQDISC ? Qdisc.decode(message) : Filter.decode(message);
            assertThat(value.toString()).isNotEmpty();
            return true;
        } catch (DecodeException e) {
            return false;
        }
    }

    @Test
    void limitsThatTheKernelCannotSay() {
        for (long[] wrong : new long[][] {{0, 1, 1}, {1, 0, 1}, {1, 1L << 32, 1}, {1, 1, 0}, {1, 1, 1L << 32}}) {
            assertThatThrownBy(() -> Tbf.of(wrong[0], wrong[1], wrong[2]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("rate " + wrong[0] + " burst " + wrong[1] + " limit " + wrong[2]);
        }
    }
}
