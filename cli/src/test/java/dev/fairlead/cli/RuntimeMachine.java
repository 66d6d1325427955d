package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.testkit.Oracle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A machine of a test that a container runtime can have to itself, paths included: mount, PID, network, IPC, UTS and cgroup
 * namespace of their own, {@code pause} as PID 1, no link but {@code lo}. What is written to /etc, /opt and /var stays in an
 * overlay in memory, /run is empty, and there is only cgroup v2 without controllers, below the test's own cgroup.
 *
 * <p>Killing PID 1 ends all of it; the shell that made it then takes the cgroups away and says whether that worked. So does
 * the end of {@code timeout}, should the test's JVM be killed.
 */
final class RuntimeMachine implements AutoCloseable {
    /** $1 name of the cgroup, $2 the script inside, $3 pause. Ends with 0 when no cgroup is left. */
    private static final String AROUND = """
            set -eu
            own=$(awk '{ for (i = 6; i < NF; i++) if ($i == "-" && $(i + 1) == "cgroup2") { print $5; exit } }' \
                /proc/self/mountinfo)$(sed -n 's/^0:://p' /proc/self/cgroup)
            mkdir "$own/$1"
            echo $$ >"$own/$1/cgroup.procs"
            timeout --signal KILL 240 unshare --mount --net --pid --cgroup --ipc --uts --fork --kill-child \
                sh -c "$2" sh "$3" || :
            echo $$ >"$own/cgroup.procs"
            tries=0
            while ! find "$own/$1" -depth -type d -exec rmdir {} +; do
                tries=$((tries + 1))
                [ $tries -lt 100 ] || exit 1
                sleep 0.02 # the kernel lets a cgroup go a moment after its last process
            done
            """;

    private static final String INSIDE = """
            set -eu
            mount -t proc proc /proc
            hostname machine
            ip link set lo up
            mount -t tmpfs run /run
            for directory in etc opt var; do
                mkdir -p "/run/machine/$directory/upper" "/run/machine/$directory/work"
                mount -t overlay overlay "/$directory" \
                    -o "lowerdir=/$directory,upperdir=/run/machine/$directory/upper,workdir=/run/machine/$directory/work"
            done
            umount -R /sys/fs/cgroup
            mount -t cgroup2 cgroup2 /sys/fs/cgroup
            mkdir /sys/fs/cgroup/init
            echo $$ >/sys/fs/cgroup/init/cgroup.procs
            rm -rf /etc/cni /opt/cni /var/lib/cni /var/lib/fairlead
            for name in one two; do
                mkdir -p "/run/rootfs/www/$name"
                echo "this is $name" >"/run/rootfs/www/$name/index.html"
            done
            mkdir -p /run/rootfs/bin /run/rootfs/dev /run/rootfs/etc /run/rootfs/proc /run/rootfs/sys /run/rootfs/tmp
            cp "$(command -v busybox)" /run/rootfs/bin/
            echo ready
            exec "$1"
            """;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process around;
    private final long first;

    private RuntimeMachine(Process around, long first) {
        this.around = around;
        this.first = first;
    }

    /** Skips the test, with the reason, where this process may not make it or a program is missing. */
    static RuntimeMachine start(String... programs) throws Exception {
        for (String program : programs) {
            Oracle.assumeInstalled(program);
        }
        assume(
                Files.exists(Started.HOME.resolve(".fairlead/current")),
                "no build to test: the tests are run by ./fairlead test, which makes it");
        assume(System.getProperty("user.name").equals("root"), "container runtimes need root");
        Oracle.assumeInstalled("busybox");
        assume(
                Ran.program(Map.of(), "", List.of("ldd", "/bin/busybox")).exitCode() != 0,
                "busybox-static is not installed");
        Ran probe = Ran.program(
                Map.of(), "", List.of("unshare", "-mnpCiu", "--fork", "sh", "-c", "mount -t tmpfs probe /run"));
        assume(probe.exitCode() == 0, "no namespaces here: " + probe.err().strip());
        Process around = new ProcessBuilder(
                        "sh",
                        "-c",
                        AROUND,
                        "sh",
                        "fairlead-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime(),
                        INSIDE,
                        Started.HOME.resolve("native/target/bin/pause").toString())
                .redirectErrorStream(true)
                .start();
        String said = around.inputReader().readLine();
        assertThat(said).as("the machine's first words").isEqualTo("ready");
        // sh ─▶ timeout ─▶ unshare ─▶ PID 1
        ProcessHandle handle = around.toHandle();
        for (int generation = 0; generation < 3; generation++) {
            handle = handle.children().findFirst().orElseThrow();
        }
        return new RuntimeMachine(around, handle.pid());
    }

    private static void assume(boolean holds, String otherwise) {
        if (!holds) {
            System.out.println("SKIPPED: " + otherwise);
            Assumptions.abort(otherwise);
        }
    }

    /** The machine's file system as this JVM can reach it. */
    Path at(String path) {
        return Path.of("/proc/" + first + "/root" + path);
    }

    void write(String path, String text) throws IOException {
        Files.createDirectories(at(path).getParent());
        Files.writeString(at(path), text);
    }

    private List<String> inside(String... command) {
        List<String> full = new ArrayList<>(List.of(
                "nsenter",
                "--target=" + first,
                "--mount",
                "--net",
                "--pid",
                "--cgroup",
                "--ipc",
                "--uts",
                "sh",
                "-c",
                "echo $$ >/sys/fs/cgroup/init/cgroup.procs; exec \"$@\"",
                "sh"));
        full.addAll(List.of(command));
        return full;
    }

    /** A program that goes on; {@code nsenter} waits for it and ends as it does. */
    Started begin(String... command) throws IOException {
        return Started.program(Path.of("/"), environment(), inside(command));
    }

    /** A program that ends by itself, or after 40 s. */
    Ran attempt(String... command) {
        List<String> limited = new ArrayList<>(List.of("timeout", "--signal=KILL", "40"));
        limited.addAll(List.of(command));
        return Ran.program(environment(), "", inside(limited.toArray(String[]::new)));
    }

    private static Map<String, String> environment() {
        return Map.of(
                "FAIRLEAD_NO_BUILD",
                "1",
                "HOME",
                "/run/home",
                "CONTAINERS_CONF",
                "/run/containers.conf",
                "CONTAINERS_STORAGE_CONF",
                "/run/storage.conf");
    }

    /** Standard output of a program that must succeed. */
    String run(String... command) {
        return attempt(command).ok();
    }

    JsonNode json(String... command) {
        try {
            return JSON.readTree(run(command));
        } catch (IOException e) {
            throw new UncheckedIOException(String.join(" ", command), e);
        }
    }

    /** Names of the links in the machine's network, by {@code ip -j}. */
    Set<String> links() {
        return names(json("ip", "-j", "link", "show"));
    }

    private static Set<String> names(JsonNode links) {
        Set<String> names = new TreeSet<>();
        links.forEach(link -> names.add(link.get("ifname").asText()));
        return names;
    }

    /** The address of this family, {@code inet} or {@code inet6}, on eth0 of a process's network, by {@code ip -j}. */
    String address(long pid, String family) {
        JsonNode eth0 = json("nsenter", "--net=/proc/" + pid + "/ns/net", "ip", "-j", "address", "show", "dev", "eth0");
        for (JsonNode address : eth0.get(0).get("addr_info")) {
            if (address.get("family").asText().equals(family)
                    && address.get("scope").asText().equals("global")) {
                return address.get("local").asText();
            }
        }
        throw new AssertionError("no " + family + " address: " + eth0);
    }

    /** What programs run in the machine, by the names that the kernel shows; the dead that nobody asked for are left out. */
    Set<String> programs() {
        Set<String> programs = new TreeSet<>();
        for (String line : run("ps", "-e", "-o", "stat=,comm=").lines().toList()) {
            String[] columns = line.strip().split(" +", 2);
            if (!columns[0].startsWith("Z")) {
                programs.add(columns[1]);
            }
        }
        programs.removeAll(Set.of("ps", "timeout"));
        return programs;
    }

    /** Names in a directory of the machine; none when it isn't there. */
    List<String> files(String directory) throws IOException {
        if (!Files.isDirectory(at(directory))) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(at(directory))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Override
    public void close() throws Exception {
        Started.signal("KILL", first);
        assertThat(around.waitFor(20, TimeUnit.SECONDS))
                .as("the machine has ended")
                .isTrue();
        assertThat(around.exitValue()).as("no cgroup of the machine is left").isZero();
    }
}
