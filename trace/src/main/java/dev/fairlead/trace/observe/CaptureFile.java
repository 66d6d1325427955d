package dev.fairlead.trace.observe;

import dev.fairlead.kernel.tap.PcapNg;
import dev.fairlead.trace.Hop;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** What taps saw as a capture file, each packet of the two ways with the hop that it is. */
public final class CaptureFile {
    private CaptureFile() {}

    /** A pcapng file. */
    public static byte[] of(Observed seen) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            List<Spot> spots =
                    seen.sights().stream().map(Sight::spot).distinct().toList();
            List<PcapNg.Packet> packets = seen.sights().stream()
                    .map(sight -> new PcapNg.Packet(
                            spots.indexOf(sight.spot()),
                            sight.nanos(),
                            sight.type(),
                            sight.frame(),
                            comment(seen, sight)))
                    .toList();
            new PcapNg(spots.stream().map(Spot::label).toList(), packets).writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes all that is written", e);
        }
        return out.toByteArray();
    }

    private static String comment(Observed seen, Sight sight) {
        String there = comment("there", seen.request(), seen.startNs(), sight);
        return there.isEmpty() ? comment("back", seen.reply(), seen.startNs(), sight) : there;
    }

    private static String comment(String way, List<Hop> hops, long startNs, Sight sight) {
        for (int i = 0; i < hops.size(); i++) {
            Hop hop = hops.get(i);
            boolean same = hop.tNs().orElse(-1) == sight.nanos() - startNs
                    && hop.device().equals(sight.spot().device());
            if (same) {
                return "hop " + (i + 1) + " " + way + ": " + hop.event() + ", " + hop.place() + ": " + hop.text();
            }
        }
        return "";
    }
}
