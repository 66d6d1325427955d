package dev.fairlead.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.dataplane.GuardedNode.Pod;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The guard's table as pods come and go and agents end and start; {@code nft} judges. */
@RealKernel
class SpoofGuardLifeTest {

    @Test
    void aPodThatIsForgottenLeavesNothing(TestNamespaces namespaces) {
        try (GuardedNode node = new GuardedNode(namespaces, true)) {
            SpoofGuard guard = node.guard.orElseThrow();
            assertThat(node.elements())
                    .containsExactlyInAnyOrder("ports=3", "unguarded=0", "macs=3", "ips=3", "ips6=6");
            guard.guard(node.a.guarded());
            guard.forget(node.a.guarded());
            guard.forget(node.a.guarded());
            assertThat(node.elements())
                    .containsExactlyInAnyOrder("ports=2", "unguarded=0", "macs=2", "ips=2", "ips6=4");
            guard.forget(node.b.guarded());
            guard.forget(node.c.guarded());
            assertThat(node.elements())
                    .containsExactlyInAnyOrder("ports=0", "unguarded=0", "macs=0", "ips=0", "ips6=0");
            guard.clean();
            assertThat(node.inNode().run("nft", "list", "ruleset")).isEmpty();
        }
    }

    @Test
    void aPodThatIsLeftAloneStaysSoAfterARestart(TestNamespaces namespaces) {
        try (GuardedNode node = new GuardedNode(namespaces, true)) {
            Pod a = node.a;
            node.guard.orElseThrow().leaveAlone(a.guarded());
            assertThat(spoofs(a, node.b)).isTrue();
            try (SpoofGuard next =
                    SpoofGuard.start(node.node, List.of(a.guarded(), node.b.guarded(), node.c.guarded()))) {
                assertThat(spoofs(a, node.b)).as("left alone").isTrue();
                assertThat(spoofs(node.c, node.b)).as("guarded").isFalse();
                assertThat(next.missing(a.guarded())).isEmpty();
                assertThat(node.elements()).contains("unguarded=1", "ports=2");
                next.guard(a.guarded());
                assertThat(spoofs(a, node.b)).as("guarded after all").isFalse();
                assertThat(node.elements()).contains("unguarded=0", "ports=3");
            }
        }
    }

    private static boolean spoofs(Pod pod, Pod victim) {
        pod.in().run("ip", "address", "replace", "10.244.1.99/32", "dev", "eth0");
        pod.in()
                .run(
                        "ip",
                        "neigh",
                        "replace",
                        victim.ipv4().toString(),
                        "lladdr",
                        victim.mac().toString(),
                        "dev",
                        "eth0");
        boolean arrives = pod.in()
                        .attempt(
                                "ping",
                                "-c1",
                                "-W1",
                                "-I",
                                "10.244.1.99",
                                victim.ipv4().toString())
                        .exitCode()
                == 0;
        pod.in().run("ip", "address", "del", "10.244.1.99/32", "dev", "eth0");
        return arrives;
    }

    @Test
    void aPodIsMissedWhereTheTableWasChanged(TestNamespaces namespaces) {
        try (GuardedNode node = new GuardedNode(namespaces, true)) {
            SpoofGuard guard = node.guard.orElseThrow();
            assertThat(guard.missing(node.a.guarded())).isEmpty();
            node.inNode().run("nft", "flush", "set", "bridge", "fairlead-guard", "ips6");
            assertThat(guard.missing(node.a.guarded())).hasSize(2).allMatch(text -> text.contains("ips6"));
            node.inNode().run("nft", "flush", "ruleset");
            assertThat(guard.missing(node.a.guarded())).containsExactly("table bridge fairlead-guard");
        }
    }

    @Test
    void aTableThatSomebodyFlushedIsMadeAnewWithTheNextPod(TestNamespaces namespaces) {
        try (GuardedNode node = new GuardedNode(namespaces, true)) {
            node.inNode().run("nft", "flush", "ruleset");
            assertThat(spoofs(node.a, node.b)).isTrue();
            node.guard.orElseThrow().guard(node.c.guarded());
            assertThat(spoofs(node.a, node.b)).isFalse();
            assertThat(node.elements()).contains("ports=3", "ips=3", "ips6=6");
        }
    }

    @Test
    void withoutAGuardNothingOfAnEarlierOneIsLeft(TestNamespaces namespaces) {
        try (GuardedNode node = new GuardedNode(namespaces, true)) {
            SpoofGuard.remove(node.node);
            assertThat(node.inNode().run("nft", "list", "ruleset")).isEmpty();
            SpoofGuard.remove(node.node);
        }
    }
}
