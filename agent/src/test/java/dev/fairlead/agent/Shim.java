package dev.fairlead.agent;

import dev.fairlead.kernel.netns.Netns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Calls an agent by the program that runtimes execute, as they do. */
final class Shim {
    static final Path PROGRAM = Path.of(System.getProperty("fairlead.home", "."), "native/target/bin/fairlead-cni")
            .toAbsolutePath();

    /** How a call ended. */
    record Ended(int exitCode, String out) {}

    private Shim() {}

    static void assumeBuilt() {
        if (!Files.isExecutable(PROGRAM)) {
            String reason = "SKIPPED: " + PROGRAM + " is not built; run ./fairlead test, or Maven with -pl native too";
            System.out.println(reason);
            Assumptions.abort(reason);
        }
    }

    /** A network with everything that a pod can have beside addresses. */
    static String conf(Path socket) {
        String plain = plainConf(socket);
        return plain.substring(0, plain.length() - 1)
                + ",\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":8080,\"containerPort\":80,\"protocol\":\"tcp\"}],"
                + "\"bandwidth\":{\"ingressRate\":1000000,\"ingressBurst\":1000000,\"egressRate\":1000000,"
                + "\"egressBurst\":1000000}}}";
    }

    /** A network and nothing else, which any number of pods can have at once. */
    static String plainConf(Path socket) {
        return "{\"cniVersion\":\"1.1.0\",\"name\":\"fairlead\",\"type\":\"fairlead-cni\",\"socket\":\"" + socket
                + "\"}";
    }

    /** Starts a call that has not been given its standard input. */
    static Process start(String verb, String container, Netns pod) {
        ProcessBuilder builder = new ProcessBuilder(PROGRAM.toString());
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of(
                        "CNI_COMMAND",
                        verb,
                        "CNI_CONTAINERID",
                        container,
                        "CNI_NETNS",
                        AgentProcess.pathForOthers(pod).toString(),
                        "CNI_IFNAME",
                        "eth0",
                        "CNI_PATH",
                        "/opt/cni/bin"));
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("could not run the shim", e);
        }
    }

    /** A whole call for a network and nothing else. */
    static Ended call(Path socket, String verb, String container, Netns pod) {
        return call(plainConf(socket), verb, container, pod);
    }

    /** A whole call with this configuration. */
    static Ended call(String conf, String verb, String container, Netns pod) {
        Process process = start(verb, container, pod);
        try (var in = process.getOutputStream()) {
            in.write(conf.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("the shim reads nothing", e);
        }
        return end(process);
    }

    static Ended end(Process process) {
        try (var out = process.getInputStream()) {
            String text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(70, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the shim did not end");
            }
            return new Ended(process.exitValue(), text);
        } catch (IOException e) {
            throw new UncheckedIOException("the shim says nothing", e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
