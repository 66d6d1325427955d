package dev.fairlead.cni;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a plugin's process leaves behind. The arrays are the caller's to leave alone: they are neither copied in nor out,
 * as a result may be large and is read once.
 *
 * @param exitCode 0 for success; a process ended by signal n counts as 128 + n
 * @param stdout the result or the error document
 * @param stderr free text for the log
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content below
public record PluginOutput(int exitCode, byte[] stdout, byte[] stderr) {

    public boolean isSuccess() {
        return exitCode == 0;
    }

    /** Standard output as text, for people; broken UTF-8 is replaced. */
    public String stdoutText() {
        return new String(stdout, StandardCharsets.UTF_8);
    }

    /** Standard error as text, for people; broken UTF-8 is replaced. */
    public String stderrText() {
        return new String(stderr, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PluginOutput output
                && exitCode == output.exitCode
                && Arrays.equals(stdout, output.stdout)
                && Arrays.equals(stderr, output.stderr);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * exitCode + Arrays.hashCode(stdout)) + Arrays.hashCode(stderr);
    }

    @Override
    public String toString() {
        return "exit code " + exitCode + ", stdout '" + Quote.of(stdoutText()) + "', stderr '" + Quote.of(stderrText())
                + "'";
    }
}
