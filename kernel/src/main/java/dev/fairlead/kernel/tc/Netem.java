package dev.fairlead.kernel.tc;

import static dev.fairlead.kernel.tc.Tca.TCA_OPTIONS;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A network that is slow and loses packets, {@code tc-netem(8)}, {@code net/sched/sch_netem.c}: {@code struct
 * tc_netem_qopt} of {@code <linux/pkt_sched.h>}, and behind it, in the same attribute, attributes of its own.
 *
 * @param latency how long each packet waits, in ticks of 64 ns, 32 bits
 * @param limit packets that may wait, 32 bits; who finds the queue full is lost
 * @param loss how likely a packet is lost, in parts of 2^32 - 1
 * @param gap, duplicate and jitter as they came; 0 in those made here
 * @param rest the attributes behind, written back as they came
 */
public record Netem(long latency, long limit, long loss, long gap, long duplicate, long jitter, List<Attribute> rest)
        implements QdiscKind {
    /** {@code sizeof(struct tc_netem_qopt)}: latency, limit, loss, gap, duplicate, jitter. */
    static final int QOPT = 24;

    private static final int NANOSECONDS_A_TICK = 64;
    private static final long UINT32 = 0xffff_ffffL;
    private static final double PERCENT = 100;

    /** {@code tc}'s, when nothing is said. */
    private static final int USUAL_LIMIT = 1000;

    public Netem {
        rest = List.copyOf(rest);
    }

    /**
     * @param delay 0 to 274 s
     * @param lossPercent 0 to 100
     */
    public static Netem of(Duration delay, double lossPercent) {
        long ticks = delay.toNanos() / NANOSECONDS_A_TICK;
        if (ticks < 0 || ticks > UINT32 || !(lossPercent >= 0 && lossPercent <= PERCENT)) {
            throw new IllegalArgumentException(
                    "netem delays by 0 to 274 s and loses 0 to 100 %, not " + delay + " and " + lossPercent + " %");
        }
        return new Netem(ticks, USUAL_LIMIT, Math.round(lossPercent / PERCENT * UINT32), 0, 0, 0, List.of());
    }

    public Duration delay() {
        return Duration.ofNanos(latency * NANOSECONDS_A_TICK);
    }

    /** 0 to 100. */
    public double lossPercent() {
        return PERCENT * loss / UINT32;
    }

    @Override
    public String name() {
        return "netem";
    }

    static Netem decode(Attribute options) {
        byte[] payload = options.bytes();
        if (payload.length < QOPT) {
            throw new DecodeException("struct tc_netem_qopt has " + QOPT + " bytes, not " + payload.length);
        }
        ByteBuffer bytes = ByteBuffer.wrap(payload).order(ByteOrder.nativeOrder());
        List<Attribute> rest = new ArrayList<>();
        Attributes.parse(payload, QOPT).forEach(rest::add);
        return new Netem(
                Integer.toUnsignedLong(bytes.getInt()),
                Integer.toUnsignedLong(bytes.getInt()),
                Integer.toUnsignedLong(bytes.getInt()),
                Integer.toUnsignedLong(bytes.getInt()),
                Integer.toUnsignedLong(bytes.getInt()),
                Integer.toUnsignedLong(bytes.getInt()),
                rest);
    }

    @Override
    public void encode(Encoder encoder) {
        Encoder options = new Encoder()
                .u32(latency)
                .u32(limit)
                .u32(loss)
                .u32(gap)
                .u32(duplicate)
                .u32(jitter);
        rest.forEach(options::copy);
        encoder.attribute(TCA_OPTIONS, options.toBytes());
    }

    /** {@code limit 1000 delay 50ms loss 12.5%}; what else there is isn't told. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("limit ").append(limit);
        if (latency != 0) {
            text.append(" delay ").append(TcText.time(TcText.microseconds(latency)));
        }
        if (loss != 0) {
            // C's %g, without the zeros at its end
            String percent = String.format(Locale.ROOT, "%.4f", lossPercent()).replaceFirst("\\.?0+$", "");
            text.append(" loss ").append(percent).append('%');
        }
        return text.toString();
    }
}
