package dev.fairlead.cli;

import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.sys.Fd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What the launcher {@code ./fairlead} hands to this JVM; {@code launcher/enter.sh} is the other half.
 *
 * <ul>
 *   <li>Property {@code fairlead.home}: the checkout, an absolute path.
 *   <li>Environment {@code FAIRLEAD_NAMESPACES}: the namespaces that were made for this JVM, {@code user,mount,pid}, or
 *       {@code mount,pid} where root had to do without a user namespace; absent where none was made. The network
 *       namespace is always the caller's. Inside, this JVM is PID 1, and its death ends every process of the PID
 *       namespace.
 *   <li>Descriptor 9, only inside: the host's {@code /proc} directory, where host PIDs are found.
 *   <li>Descriptor 8, only where {@code FAIRLEAD_DETACHED=1}: the pipe on which the waiting launcher reads the line
 *       {@code exit N}. The launcher then ends with N, and this JVM lives on without it.
 * </ul>
 */
public final class Launch {
    private static final int RESULT_PIPE = 8;
    private static final AtomicBoolean ANSWERED = new AtomicBoolean();
    private static final Path HOST_PROC = Path.of("/proc/self/fd/9");

    private Launch() {}

    /** The root of the checkout. */
    public static Path home() {
        String home = System.getProperty("fairlead.home");
        if (home == null) {
            throw new CommandFailure(2, "the property fairlead.home is missing: start Fairlead by ./fairlead");
        }
        return Path.of(home);
    }

    /** True where {@code FAIRLEAD_DEBUG=1} asks for stack traces. */
    public static boolean debug() {
        return "1".equals(System.getenv("FAIRLEAD_DEBUG"));
    }

    /** The namespaces made for this JVM, such as {@code user,mount,pid}; empty where it runs in the caller's. */
    public static Optional<String> namespaces() {
        return Optional.ofNullable(System.getenv("FAIRLEAD_NAMESPACES"));
    }

    /** True where a launcher waits for {@link #answer}. */
    public static boolean detached() {
        return "1".equals(System.getenv("FAIRLEAD_DETACHED"));
    }

    /**
     * The host's {@code /proc}, as a path that works only in this process. It shows the PIDs that the host sees, while
     * {@code /proc} shows those of the lab's PID namespace.
     */
    public static Path hostProc() {
        return namespaces().isPresent() ? HOST_PROC : Path.of("/proc");
    }

    /** What processes of a lab's containers find in their environment unless their manifest says otherwise. */
    public static Map<String, String> labEnvironment() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        environment.put("HOME", "/");
        environment.put("LANG", "C.UTF-8");
        if (isTheOnlyUser()) { // tar, by which kubectl cp works, would give files to users that aren't there, and fail
            environment.put("TAR_OPTIONS", "--no-same-owner");
        }
        return environment;
    }

    /** Whether there is nobody but user 0 in here, {@code user_namespaces(7)}: an ordinary user's lab without subuid(5). */
    private static boolean isTheOnlyUser() {
        try {
            List<String> map = Files.readAllLines(Path.of("/proc/self/uid_map"));
            return map.size() == 1 && map.getFirst().strip().matches("0 +[0-9]+ +1");
        } catch (IOException e) {
            throw new UncheckedIOException("reading which users there are: " + e.getMessage(), e);
        }
    }

    /** This JVM's PID as the host sees it. */
    public static long hostPid() {
        try {
            return Long.parseLong(
                    Files.readSymbolicLink(hostProc().resolve("self")).toString());
        } catch (IOException e) {
            throw new UncheckedIOException("reading this process's PID on the host: " + e.getMessage(), e);
        }
    }

    /**
     * Tells the waiting launcher to end with {@code code}. Only the first time counts; where no launcher waits, or it has gone,
     * this does nothing.
     */
    public static void answer(int code) {
        if (!detached() || !ANSWERED.compareAndSet(false, true)) {
            return;
        }
        // By descriptor: opening the pipe by its path would wait for a reader, and the launcher may have been killed.
        try (Fd pipe = Fd.own(RESULT_PIPE, "the launcher's pipe")) {
            pipe.write(("exit " + code + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (SyscallException gone) {
            // Nobody is left to tell, and the lab itself is well.
        }
    }
}
