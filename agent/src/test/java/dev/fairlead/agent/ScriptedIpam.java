package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.process.Child;
import dev.fairlead.kernel.process.Spawn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * An IPAM plugin that is a shell script: it writes down how it is called, keeps what it gave as files, and does beside what
 * a test wants. It answers in the version it is asked in, and knows GC and STATUS.
 *
 * @param directory where it lies, as {@code scripted}
 */
record ScriptedIpam(Path directory) {
    static final String TYPE = "scripted";

    /** Executes something once, since the JVM keeps the pipe by which it waits for its children from then on. */
    static void startWatching() throws IOException {
        try (Child child = Spawn.of(Path.of("/bin/true"), List.of()).start()) {
            assertThat(child.await(Duration.ofSeconds(10))).contains(0);
        }
    }

    /** Gives this address to whoever asks, and takes it back. */
    static ScriptedIpam giving(Path directory, String address) throws IOException {
        return new ScriptedIpam(directory).doing("""
                case $CNI_COMMAND in
                ADD) : >"$here/held-$CNI_CONTAINERID"
                     echo '{"ips":[{"address":"%s","gateway":"10.244.1.1"}],"dns":{"nameservers":["10.244.1.53"]}}' ;;
                DEL) rm -f "$here/held-$CNI_CONTAINERID" ;;
                esac""".formatted(address));
    }

    /** From now on it does this; {@code $here} is its directory. */
    ScriptedIpam doing(String body) throws IOException {
        Files.createDirectories(directory);
        Path fresh = directory.resolve(".fresh");
        Files.writeString(fresh, """
                #!/bin/sh
                here=%s
                env | sort | grep '^CNI_' >"$here/environment-$CNI_COMMAND"
                cat >"$here/stdin-$CNI_COMMAND"
                echo "$CNI_COMMAND $CNI_CONTAINERID" >>"$here/calls"
                %s
                """.formatted(directory, body));
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(fresh, directory.resolve(TYPE), StandardCopyOption.REPLACE_EXISTING);
        return this;
    }

    /** Verb and container of each call since this was asked last. */
    List<String> calls() throws IOException {
        Path file = directory.resolve("calls");
        List<String> calls = Files.exists(file) ? Files.readAllLines(file) : List.of();
        Files.deleteIfExists(file);
        return calls;
    }

    byte[] stdin(String verb) throws IOException {
        return Files.readAllBytes(directory.resolve("stdin-" + verb));
    }

    List<String> environment(String verb) throws IOException {
        return Files.readAllLines(directory.resolve("environment-" + verb));
    }

    /** Containers that were given an address and have not given it back. */
    List<String> held() throws IOException {
        List<String> held = new ArrayList<>();
        try (var files = Files.list(directory)) {
            files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.startsWith("held-"))
                    .sorted()
                    .forEach(name -> held.add(name.substring("held-".length())));
        }
        return held;
    }
}
