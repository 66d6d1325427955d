package dev.fairlead.cni.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.Json;
import dev.fairlead.cni.protocol.Attachment;
import dev.fairlead.cni.protocol.CniArgs;
import dev.fairlead.cni.protocol.NetConfList;
import dev.fairlead.cni.runtime.ScriptedPlugins.Call;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class GcTest {
    private static final AttachmentParameters OLD =
            AttachmentParameters.of("old", "/n/old", "eth0").with(CniArgs.of("A=1"));
    private static final AttachmentParameters LIVE = AttachmentParameters.of("live", "/n/live", "eth0");

    @TempDir
    Path directory;

    private ScriptedPlugins plugins;
    private CniRuntime runtime;

    @BeforeEach
    void twoPlugins() {
        plugins = new ScriptedPlugins(directory).plugin("one", "{}").chained("two");
        runtime = new CniRuntime(
                plugins, List.of(directory), directory.resolve("cache"), Map.of(), Duration.ofSeconds(9));
    }

    private static NetConfList list(String name, String members) {
        return NetConfList.read(Json.bytes("{'name':'" + name + "'" + members
                + ",'plugins':[{'type':'one','capabilities':{'mac':true}},{'type':'two'}]}"));
    }

    private static final NetConfList NET = list("net", ",'cniVersion':'1.1.0'");
    private static final NetConfList OTHER = list("other", ",'cniVersion':'1.1.0'");

    private void threeAttachments() {
        runtime.add(NET, OLD);
        runtime.add(NET, LIVE);
        runtime.add(OTHER, OLD);
        plugins.calls.clear();
    }

    private List<String> calls() {
        return plugins.calls.stream()
                .map(call -> call + " " + call.environment().get("CNI_CONTAINERID"))
                .map(String::strip)
                .toList();
    }

    @Test
    void stalesAreDeletedFirstAndThenEveryPluginIsTold() {
        threeAttachments();
        runtime.gc(NET, Set.of(LIVE.attachment()));
        assertThat(calls()).containsExactly("DEL two old", "DEL one old", "GC one", "GC two");
        assertThat(plugins.calls.getFirst().environment())
                .containsEntry("CNI_ARGS", "A=1")
                .containsEntry("CNI_NETNS", "/n/old");
        String attachments = "[{'containerID':'live','ifname':'eth0'}]";
        assertThat(plugins.calls.get(2).stdin())
                .isEqualTo(Json.node("{'name':'net','cniVersion':'1.1.0','type':'one','capabilities':{'mac':true},"
                        + "'cni.dev/valid-attachments':" + attachments + ",'cni.dev/attachments':" + attachments
                        + "}"));
        assertThat(runtime.cache().attachments())
                .extracting(a -> a.network() + " " + a.parameters().containerId())
                .containsExactly("net live", "other old");
    }

    /** An empty list deletes everything, of this network and of no other. */
    @Test
    void anEmptyListIsScopedByTheName() {
        threeAttachments();
        runtime.gc(NET, Set.of());
        assertThat(calls())
                .containsExactly("DEL two live", "DEL one live", "DEL two old", "DEL one old", "GC one", "GC two");
        assertThat(plugins.calls.get(4).stdin().path("cni.dev/valid-attachments"))
                .isEqualTo(Json.node("[]"));
        assertThat(runtime.cache().attachments())
                .extracting(CachedAttachment::network)
                .containsExactly("other");
    }

    @Test
    void before11OnlyStalesAreDeleted() {
        NetConfList old = list("net", ",'cniVersion':'1.0.0'");
        threeAttachments();
        runtime.gc(old, Set.of(LIVE.attachment()));
        assertThat(calls()).containsExactly("DEL two old", "DEL one old");
    }

    @Test
    void disableGcIsObeyed() {
        threeAttachments();
        runtime.gc(list("net", ",'cniVersion':'1.1.0','disableGC':true"), Set.of());
        assertThat(plugins.calls).isEmpty();
        assertThat(runtime.cache().attachments()).hasSize(3);
    }

    @Test
    void failuresAreCollectedAndEverythingIsTried() {
        threeAttachments();
        plugins.plugin("one", call -> ScriptedPlugins.fail("{'code':5,'msg':'" + call.verb() + " is hard'}"));
        assertThatThrownBy(() -> runtime.gc(NET, Set.of()))
                .isInstanceOfSatisfying(CniException.class, e -> {
                    assertThat(e.code()).isEqualTo(5);
                    assertThat(e.getSuppressed()).hasSize(3);
                })
                .hasMessageStartingWith("GC in network 'net' failed in 3 places; plugin 'one'")
                .hasMessageContaining("DEL is hard")
                .hasMessageContaining("GC is hard");
        assertThat(calls())
                .containsExactly("DEL two live", "DEL one live", "DEL two old", "DEL one old", "GC one", "GC two");
        assertThat(runtime.cache().attachments()).as("to be tried again").hasSize(3);
        plugins.calls.clear();
        assertThatThrownBy(() -> runtime.gc(NET, attachments(OLD, LIVE)))
                .hasMessageEndingWith("failed GC in network 'net': GC is hard");
        assertThat(calls()).containsExactly("GC one", "GC two");
    }

    private static Set<Attachment> attachments(AttachmentParameters... all) {
        Set<Attachment> attachments = new LinkedHashSet<>();
        for (AttachmentParameters one : all) {
            attachments.add(one.attachment());
        }
        return attachments;
    }

    /** "The runtime must ensure that no add or delete operations are in progress before executing gc." */
    @Test
    @Timeout(20)
    void gcWaitsForAnAddInProgress() throws InterruptedException {
        CountDownLatch adding = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        PluginExec slow = (binary, environment, stdin, timeout) -> {
            if ("ADD".equals(environment.get("CNI_COMMAND")) && binary.endsWith("one")) {
                adding.countDown();
                await(finish);
            }
            return plugins.execute(binary, environment, stdin, timeout);
        };
        CniRuntime slowRuntime =
                new CniRuntime(slow, List.of(directory), directory.resolve("cache"), Map.of(), Duration.ofSeconds(9));
        Thread add = Thread.ofPlatform().start(() -> slowRuntime.add(NET, LIVE));
        adding.await();
        Thread gc = Thread.ofPlatform().start(() -> slowRuntime.gc(NET, Set.of(LIVE.attachment())));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (gc.getState() != Thread.State.WAITING && System.nanoTime() - deadline < 0) {
            Thread.onSpinWait();
        }
        assertThat(gc.getState()).isEqualTo(Thread.State.WAITING);
        finish.countDown();
        add.join();
        gc.join();
        assertThat(plugins.calls).extracting(Call::toString).containsExactly("ADD one", "ADD two", "GC one", "GC two");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
