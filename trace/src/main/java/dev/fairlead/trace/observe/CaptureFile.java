package dev.fairlead.trace.observe;

import dev.fairlead.kernel.tap.PcapNg;
import dev.fairlead.kernel.tap.Sighting;
import dev.fairlead.trace.Hop;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** What taps saw as a capture file, each packet of the two ways with the hop that it is. */
public final class CaptureFile {
    private CaptureFile() {}

    /** A pcapng file. */
    public static byte[] of(Observation.Observed seen) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            PcapNg.of(seen.sightings(), sighting -> comment(seen, sighting)).writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes all that is written", e);
        }
        return out.toByteArray();
    }

    private static String comment(Observation.Observed seen, Sighting sighting) {
        String there = comment("there", seen.request(), seen.startNs(), sighting);
        return there.isEmpty() ? comment("back", seen.reply(), seen.startNs(), sighting) : there;
    }

    private static String comment(String way, List<Hop> hops, long startNs, Sighting sighting) {
        for (int i = 0; i < hops.size(); i++) {
            Hop hop = hops.get(i);
            boolean same = hop.tNs().orElse(-1) == sighting.nanos() - startNs
                    && hop.device().equals(sighting.point().device());
            if (same) {
                return "hop " + (i + 1) + " " + way + ": " + hop.event() + ", " + hop.place() + ": " + hop.text();
            }
        }
        return "";
    }
}
