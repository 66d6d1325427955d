package dev.fairlead.cni.runtime;

import dev.fairlead.cni.PluginOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Executes real files, with the JDK's means.
 *
 * @param prefix put before the file, such as {@code nsenter} and its options
 */
public record ProcessExec(List<String> prefix) implements PluginExec {

    public ProcessExec() {
        this(List.of());
    }

    @Override
    public PluginOutcome execute(Path binary, Map<String, String> environment, byte[] stdin, Duration timeout) {
        List<String> command = new ArrayList<>(prefix);
        command.add(binary.toString());
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            String message = String.valueOf(e.getMessage());
            return new PluginOutcome.NotStarted(message, message.contains("Text file busy"));
        }
        Thread writer = Thread.ofVirtual().start(() -> write(process.getOutputStream(), stdin));
        ByteArrayOutputStream stdout = new ByteArrayOutputStream();
        ByteArrayOutputStream stderr = new ByteArrayOutputStream();
        Thread out = Thread.ofVirtual().start(() -> copy(process.getInputStream(), stdout));
        Thread err = Thread.ofVirtual().start(() -> copy(process.getErrorStream(), stderr));
        try {
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
                err.join(1000);
                return new PluginOutcome.TimedOut(stderr.toString(StandardCharsets.UTF_8));
            }
            writer.join();
            out.join();
            err.join();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            return new PluginOutcome.NotStarted("interrupted", false);
        }
        return new PluginOutcome.Exited(
                new PluginOutput(process.exitValue(), stdout.toByteArray(), stderr.toByteArray()));
    }

    /** A plugin that doesn't read its standard input breaks the pipe, which is its right. */
    private static void write(OutputStream stream, byte[] bytes) {
        try (stream) {
            stream.write(bytes);
        } catch (IOException e) {
            assert e != null;
        }
    }

    private static void copy(InputStream from, ByteArrayOutputStream to) {
        try (from) {
            from.transferTo(to);
        } catch (IOException e) {
            assert e != null;
        }
    }
}
