package dev.fairlead.testkit;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.netns.Netns;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * Network namespaces for one test: made on demand, without any link to the host, all closed at the end. A namespace lives
 * as long as something holds it; when a test ends, the kernel takes it and every link in it down.
 */
public final class TestNamespaces implements AutoCloseable {
    private final List<Netns> made = new ArrayList<>();

    /** Skips the running test, with the reason, where this process may not make namespaces. */
    public static void assumePossible() {
        try {
            Netns.create().close();
        } catch (KernelException e) {
            if (!e.isNotPermitted() && !e.isNotSupported()) {
                throw e;
            }
            String reason = "SKIPPED: " + e.getMessage()
                    + "; run as root, or start the build inside 'unshare -Urmpf' as an ordinary user";
            System.out.println(reason);
            Assumptions.abort(reason);
        }
    }

    /** A new namespace with nothing in it but a loopback device that is down; closed at the end of the test. */
    public Netns create() {
        Netns namespace = Netns.create();
        made.add(namespace);
        return namespace;
    }

    @Override
    public void close() {
        for (Netns namespace : made) {
            namespace.close();
        }
        made.clear();
    }
}
