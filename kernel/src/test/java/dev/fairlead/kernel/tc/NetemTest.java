package dev.fairlead.kernel.tc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.kernel.netlink.Request;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What {@code tc} of iproute2 6.1 really sent, seen by {@code strace}; not among the recordings of {@code RecordTcTest},
 * which wants kernels to obey, and many have no netem.
 */
class NetemTest {
    private static final long SEED = 20_261_126;

    /** {@code struct tcmsg} of link 3 with handle and parent root, and {@code TCA_KIND "netem"} with its padding. */
    private static String message(String handle, String options) {
        return "00000000" + "03000000" + handle + "ffffffff" + "00000000" + "0a000100" + "6e6574656d00" + "0000"
                + "1c000200" + options;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tc qdisc replace dev v0 root handle fa: netem delay 50ms loss 12.5%| 50.0 | 12.5"
                        + "| c2eb0b00 e8030000 00000020 00000000 00000000 00000000 | limit 1000 delay 50ms loss 12.5%",
                "tc qdisc replace dev v0 root handle fa: netem loss 100%             | 0    | 100"
                        + "| 00000000 e8030000 ffffffff 00000000 00000000 00000000 | limit 1000 loss 100%",
                "tc qdisc replace dev v0 root handle fa: netem delay 1.5ms           | 1.5  | 0"
                        + "| 8d5b0000 e8030000 00000000 00000000 00000000 00000000 | limit 1000 delay 1.5ms",
            })
    void bytesAreTheTools(String command, double delay, double loss, String options, String text) {
        Netem netem = Netem.of(Duration.ofNanos((long) (delay * 1e6)), loss);
        Request request = TcRequests.replace(Qdisc.root(3, QdiscHandle.ofMajor(0xfa), netem));
        String wanted = message("0000fa00", options.replace(" ", ""));
        assertThat(HexFormat.of().formatHex(request.body())).as(command).isEqualTo(wanted);
        assertThat(request.flags()).isEqualTo(Request.NLM_F_CREATE | Request.NLM_F_REPLACE);
        Qdisc read =
                Qdisc.decode(new Message(Tca.RTM_NEWQDISC, 0, 0, HexFormat.of().parseHex(wanted)));
        assertThat(read.kind()).isEqualTo(netem).hasToString(text);
        assertThat(netem.lossPercent()).isEqualTo(loss, org.assertj.core.data.Offset.offset(1e-6));
        assertThat(netem.delay().toNanos() / 1e6).isEqualTo(delay, org.assertj.core.data.Offset.offset(1e-4));
    }

    /** The kernel answers with attributes behind the structure: {@code TCA_NETEM_LATENCY64} is 10, an s64 in ns. */
    @Test
    void whatStandsBehindIsWrittenAgain() {
        String options = "c2eb0b00e803000000000000000000000000000000000000" + "0c000a0080f0fa0200000000";
        String whole = message("0000fa00", options).replace("1c000200", "28000200");
        Qdisc read =
                Qdisc.decode(new Message(Tca.RTM_NEWQDISC, 0, 0, HexFormat.of().parseHex(whole)));
        assertThat(((Netem) read.kind()).rest()).hasSize(1);
        assertThat(HexFormat.of().formatHex(read.encode())).isEqualTo(whole);
    }

    @Test
    void damagedMessagesGiveTheTypedErrorOrAValue() {
        byte[] whole = HexFormat.of().parseHex(message("0000fa00", "c2eb0b00e803000000000020000000000000000000000000"));
        Random random = new Random(SEED);
        int refused = 0;
        for (int length = 0; length < whole.length; length++) {
            refused += isRefused(Arrays.copyOf(whole, length)) ? 1 : 0;
        }
        int cut = refused;
        assertThat(cut).as("cut off").isGreaterThan(whole.length / 2);
        for (int i = 0; i < 2000; i++) {
            byte[] body = whole.clone();
            body[random.nextInt(body.length)] ^= (byte) (1 << random.nextInt(8));
            refused += isRefused(body) ? 1 : 0;
        }
        assertThat(refused).as("with one bit turned round").isGreaterThan(cut);
    }

    private static boolean isRefused(byte[] body) {
        try {
            assertThat(Qdisc.decode(new Message(Tca.RTM_NEWQDISC, 0, 0, body)).toString())
                    .isNotEmpty();
            return false;
        } catch (DecodeException e) {
            return true;
        }
    }

    @Test
    void whatTheKernelCannotSay() {
        assertThatThrownBy(() -> Netem.of(Duration.ofSeconds(275), 0)).hasMessageContaining("0 to 274 s");
        assertThatThrownBy(() -> Netem.of(Duration.ZERO, 100.1)).hasMessageContaining("100.1 %");
        assertThatThrownBy(() -> Netem.of(Duration.ZERO, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
