package dev.fairlead.kernel.tc;

import static dev.fairlead.kernel.tc.Tca.*;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A token bucket filter, {@code tc-tbf(8)}, {@code net/sched/sch_tbf.c}: lets bytes through at a rate, and after a pause a
 * burst at once. What comes faster waits in a queue of {@link #limit} bytes, and what finds that full is dropped.
 *
 * @param rate in bytes a second
 * @param buffer how long the burst takes at the rate, in ticks of 64 ns; the kernel shows its low 32 bits
 * @param limit bytes that may wait, 32 bits
 * @param burst in bytes, 32 bits; 0 in what the kernel sends, which tells {@code buffer} alone
 * @param peak {@code tc_ratespec} and bucket of the peak rate
 * @param rest attributes that aren't known here, written back as they came
 */
public record Tbf(Rate rateSpec, long rate, long buffer, long limit, long burst, Peak peak, List<Attribute> rest)
        implements QdiscKind {
    /** {@code PSCHED_TICKS2NS(1)}, what {@code /proc/net/psched} tells since 2.6.27. */
    private static final int NANOSECONDS_A_TICK = 64;

    private static final long UINT32 = 0xffff_ffffL;
    private static final double SECOND = 1e9;

    /** {@code sizeof(struct tc_tbf_qopt)}: two {@code tc_ratespec}, limit, buffer, mtu. */
    static final int PARMS = 36;

    public Tbf {
        rest = List.copyOf(rest);
    }

    /**
     * {@code struct tc_ratespec} without the rate: cell_log u8, linklayer u8, overhead u16, cell_align s16, mpu u16. The
     * kernel uses overhead and link layer; the others are of a time when it was given a table.
     */
    public record Rate(int cellLog, int linkLayer, int overhead, int cellAlign, int mpu) {
        static final Rate NONE = new Rate(0, 0, 0, 0, 0);
        static final Rate ETHERNET = new Rate(0, LINKLAYER_ETHERNET, 0, 0, 0);

        static Rate decode(ByteBuffer bytes) {
            return new Rate(
                    Byte.toUnsignedInt(bytes.get()),
                    Byte.toUnsignedInt(bytes.get()),
                    Short.toUnsignedInt(bytes.getShort()),
                    bytes.getShort(),
                    Short.toUnsignedInt(bytes.getShort()));
        }

        void encode(Encoder encoder, long bytesPerSecond) {
            encoder.u8(cellLog).u8(linkLayer).u16(overhead).u16(cellAlign).u16(mpu);
            encoder.u32(Math.min(bytesPerSecond, UINT32));
        }
    }

    /** The rate that a burst goes at, 0 for any, and how long its bucket takes, in ticks. */
    public record Peak(Rate rateSpec, long rate, long buffer) {
        static final Peak NONE = new Peak(Rate.NONE, 0, 0);
    }

    /**
     * A limit for an Ethernet link.
     *
     * @param rate in bytes a second, from 1
     * @param burst in bytes, up to 2^32 - 1; a packet that is larger never passes
     * @param limit bytes that may wait, up to 2^32 - 1
     */
    public static Tbf of(long rate, long burst, long limit) {
        if (rate < 1 || burst < 1 || burst > UINT32 || limit < 1 || limit > UINT32) {
            throw new IllegalArgumentException("a token bucket filter has a rate from 1, and burst and limit from 1 to "
                    + UINT32 + ", not rate " + rate + " burst " + burst + " limit " + limit);
        }
        return new Tbf(Rate.ETHERNET, rate, ticks(rate, burst), limit, burst, Peak.NONE, List.of());
    }

    private static long ticks(long rate, long burst) {
        return (long) (burst * SECOND / rate / NANOSECONDS_A_TICK);
    }

    /** Whether the kernel, which showed this, does what {@code wanted} says; it rounds the burst a little. */
    public boolean does(Tbf wanted) {
        long apart = Math.abs((buffer & UINT32) - (wanted.buffer & UINT32));
        long slack = 2 + (wanted.buffer >>> 16);
        return rate == wanted.rate && limit == wanted.limit && Math.min(apart, UINT32 + 1 - apart) <= slack;
    }

    @Override
    public String name() {
        return "tbf";
    }

    static Tbf decode(Attributes options) {
        Attribute parms = options.require(TCA_TBF_PARMS, "the token bucket filter's rate");
        if (parms.length() < PARMS) {
            throw new DecodeException("struct tc_tbf_qopt has " + PARMS + " bytes, not " + parms.length());
        }
        ByteBuffer bytes = ByteBuffer.wrap(parms.bytes()).order(ByteOrder.nativeOrder());
        Rate rateSpec = Rate.decode(bytes);
        long rate = Integer.toUnsignedLong(bytes.getInt());
        Rate peakSpec = Rate.decode(bytes);
        long peak = Integer.toUnsignedLong(bytes.getInt());
        long limit = Integer.toUnsignedLong(bytes.getInt());
        long buffer = Integer.toUnsignedLong(bytes.getInt());
        long peakBuffer = Integer.toUnsignedLong(bytes.getInt());
        List<Attribute> rest = new ArrayList<>();
        for (Attribute attribute : options) {
            switch (attribute.type()) {
                case TCA_TBF_PARMS, TCA_TBF_RATE64, TCA_TBF_PRATE64, TCA_TBF_BURST -> {}
                default -> rest.add(attribute);
            }
        }
        return new Tbf(
                rateSpec,
                options.find(TCA_TBF_RATE64).map(Attribute::u64).orElse(rate),
                buffer,
                limit,
                options.find(TCA_TBF_BURST).map(Attribute::u32).orElse(0L),
                new Peak(
                        peakSpec,
                        options.find(TCA_TBF_PRATE64).map(Attribute::u64).orElse(peak),
                        peakBuffer),
                rest);
    }

    @Override
    public void encode(Encoder encoder) {
        Encoder parms = new Encoder();
        rateSpec.encode(parms, rate);
        peak.rateSpec.encode(parms, peak.rate);
        parms.u32(limit).u32(Math.min(buffer, UINT32)).u32(peak.buffer);
        encoder.nested(TCA_OPTIONS, options -> {
            options.attribute(TCA_TBF_PARMS, parms.toBytes());
            if (burst != 0) {
                options.attributeU32(TCA_TBF_BURST, burst);
            }
            // As signed numbers: what the kernel can't do it refuses.
            if (Long.compareUnsigned(rate, UINT32) >= 0) {
                options.attributeU64(TCA_TBF_RATE64, rate);
            }
            if (Long.compareUnsigned(peak.rate, UINT32) >= 0) {
                options.attributeU64(TCA_TBF_PRATE64, peak.rate);
            }
            rest.forEach(options::copy);
        });
    }

    /** {@code rate 10Mbit burst 32Kb lat 25ms}, or {@code limit 64Kb} where less may wait than a burst is. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("rate ").append(TcText.rate(rate));
        text.append(" burst ").append(TcText.size(TcText.bytes(rate, buffer)));
        double latency = TcText.MICROSECONDS * limit / rate - TcText.microseconds(buffer);
        if (peak.rate != 0) {
            text.append(" peakrate ").append(TcText.rate(peak.rate));
            if (peak.buffer != 0 || peak.rateSpec.mpu != 0) {
                text.append(" minburst ").append(TcText.size(TcText.bytes(peak.rate, peak.buffer)));
            }
            double atPeak = TcText.MICROSECONDS * limit / peak.rate - TcText.microseconds(peak.buffer);
            latency = Math.max(latency, atPeak);
        }
        if (latency >= 0) {
            text.append(" lat ").append(TcText.time((long) latency));
        } else {
            text.append(" limit ").append(TcText.size(limit));
        }
        if (rateSpec.overhead != 0) {
            text.append(" overhead ").append(rateSpec.overhead);
        }
        return text.toString();
    }
}
