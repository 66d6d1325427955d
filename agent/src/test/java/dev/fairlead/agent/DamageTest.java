package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.dataplane.PodBridge;
import dev.fairlead.dataplane.PodWiring;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ipam.Attachment;
import dev.fairlead.plan.ipam.LeaseRequest;
import dev.fairlead.plan.ipam.Range;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * A journal that is cut at each length and has each of its bytes changed, before pods that are there: each start works, each
 * pod has the lease of the address that {@code ip -j} shows in it, and nobody else is given that.
 *
 * <pre>
 *   pods a, b: eth0 ── fl0 (10.244.1.1/29) :node
 * </pre>
 */
@RealKernel
class DamageTest {
    private static final Prefix CIDR = Prefix.of("10.244.1.0/29");

    @TempDir(factory = InMemory.class)
    Path directory;

    /** Thousands of files are forced to the disk, which is not what is tried here. */
    static final class InMemory implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
            Path memory = Path.of("/dev/shm");
            return Files.isWritable(memory)
                    ? Files.createTempDirectory(memory, "damage")
                    : Files.createTempDirectory("damage");
        }
    }

    private Path journal() {
        return directory.resolve("state/leases.journal");
    }

    @Test
    void atEveryLengthAndEveryByte(TestNamespaces namespaces) throws IOException {
        Netns node = namespaces.create();
        Map<Attachment, Ip> pods = new HashMap<>();
        byte[] whole = journalOfTwoPods(node, namespaces, pods);
        try (Rtnetlink rtnetlink = Rtnetlink.open(node)) {
            PodBridge bridge = PodBridge.start(
                    node,
                    rtnetlink,
                    new PodBridge.Spec("fl0", Mac.of("0a:58:0a:f4:01:01"), List.of(Prefix.of("10.244.1.1/29")), 1500));
            try (PodWiring wiring = new PodWiring(bridge)) {
                for (int length = 0; length <= whole.length; length++) {
                    start(Arrays.copyOf(whole, length), bridge, wiring, pods, "cut to " + length);
                }
                for (int i = 0; i < whole.length; i++) {
                    byte[] changed = whole.clone();
                    changed[i] ^= (byte) (1 << i % 8);
                    start(changed, bridge, wiring, pods, "byte " + i + " changed");
                }
            }
        }
        System.out.println("damage: " + (2 * whole.length + 1) + " damaged journals of " + whole.length + " bytes");
    }

    /** Pod a has been there before, with another address that somebody else has had since. */
    private byte[] journalOfTwoPods(Netns node, TestNamespaces namespaces, Map<Attachment, Ip> pods)
            throws IOException {
        Netns a = namespaces.create();
        Netns b = namespaces.create();
        RawCall agent = new RawCall(directory.resolve("cni.sock"));
        AgentConfig config = AgentConfig.of("node-1", node, List.of(CIDR))
                .withSocket(agent.socket())
                .withStateDirectory(directory.resolve("state"));
        try (NodeAgent serving = NodeAgent.start(config)) {
            assertThat(serving.found().isClean()).isTrue();
            agent.add("a", a);
            agent.del("a", a);
            for (String gone : List.of("x", "y", "z", "w")) { // round to the address that a had
                agent.add(gone, a);
                agent.del(gone, a);
            }
            agent.add("b", b);
            agent.add("a", a);
        }
        pods.put(new Attachment("fairlead", "a", "eth0"), address(a));
        pods.put(new Attachment("fairlead", "b", "eth0"), address(b));
        return Files.readAllBytes(journal());
    }

    private static Ip address(Netns pod) {
        return Ip.of(Oracle.in(pod)
                .ip("-4", "address", "show", "dev", "eth0")
                .get(0)
                .at("/addr_info/0/local")
                .asText());
    }

    private void start(byte[] damaged, PodBridge bridge, PodWiring wiring, Map<Attachment, Ip> pods, String what)
            throws IOException {
        Files.write(journal(), damaged);
        try (LeaseBook book = LeaseBook.open(directory.resolve("state"), List.of(Range.of(CIDR)))) {
            AgentConfig config = AgentConfig.of("node-1", bridge.node(), List.of(CIDR))
                    .withStateDirectory(directory.resolve("state"));
            Addresses addresses = new Addresses(book, new OwnAddresses(book), NodeAgent.delegated(config, book));
            Reconciler reconciler = new Reconciler(addresses, bridge, wiring, new AttachmentLocks());
            Reconciliation found = reconciler.run();
            Map<Attachment, Ip> leased = new HashMap<>();
            book.ipam()
                    .leases()
                    .forEach(lease ->
                            leased.put(lease.attachment(), lease.addresses().getFirst()));
            assertThat(leased).as("%s: %s", what, found).isEqualTo(pods);
            LeaseRequest another = LeaseRequest.of(new Attachment("fairlead", "another", "eth0"));
            assertThat(pods.values())
                    .as(what)
                    .doesNotContain(book.lease(another).lease().addresses().getFirst());
        }
        try (var files = Files.newDirectoryStream(directory.resolve("state"), "*.damaged-*")) {
            for (Path aside : files) {
                assertThat(Files.readAllBytes(aside)).isEqualTo(damaged);
                Files.delete(aside);
            }
        }
    }
}
