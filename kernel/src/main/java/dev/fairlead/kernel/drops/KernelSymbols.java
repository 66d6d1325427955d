package dev.fairlead.kernel.drops;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Names of the kernel's functions, {@code /proc/kallsyms}. Who may not read them is shown zeros by the kernel. Any thread. */
final class KernelSymbols {
    private static final Path FILE = Path.of("/proc/kallsyms");

    /** Packets are dropped in few places, and the file is long. */
    private static final Map<Long, String> KNOWN = new ConcurrentHashMap<>();

    private KernelSymbols() {}

    /** The function that has the instruction before an address, where it was called from; empty where it isn't known. */
    static String function(long address) {
        return KNOWN.computeIfAbsent(address, KernelSymbols::find);
    }

    private static String find(long address) {
        long nearest = 0;
        String name = "";
        try (BufferedReader lines = Files.newBufferedReader(FILE, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                // ffffffff81a2b3c0 t ip_rcv_finish_core	[module]
                int space = line.indexOf(' ');
                long start = Long.parseUnsignedLong(line, 0, space, 16);
                boolean code = "tTwW".indexOf(line.charAt(space + 1)) >= 0;
                if (code && Long.compareUnsigned(start, address) < 0 && Long.compareUnsigned(start, nearest) > 0) {
                    nearest = start;
                    name = line.substring(space + 3).split("\\s", 2)[0];
                }
            }
        } catch (IOException e) {
            return ""; // not to be seen here, which is as good as zeros
        }
        return name;
    }
}
