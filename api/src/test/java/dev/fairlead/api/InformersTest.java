package dev.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.api.store.ExpiredException;
import dev.fairlead.testkit.Poll;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.kubernetes.client.informer.SharedInformerFactory;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapList;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.KubeConfig;
import io.kubernetes.client.util.generic.GenericKubernetesApi;
import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The informers of both Java clients keep a picture of ConfigMaps while their connections are cut and the server forgets.
 *
 * <pre>
 *   informer ── relay that cuts ── the server, which remembers 20 changes
 * </pre>
 */
class InformersTest {
    private static final int HISTORY = 20;
    /** Both clients wait longer from failure to failure. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ServedApi api = new ServedApi(HISTORY);
    /** What handlers were told, in order: {@code +name}, {@code -name}. */
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void end() {
        api.close();
    }

    /** @param seen its picture @param version the last resourceVersion that it knows */
    private record Informer(Supplier<Map<String, String>> seen, Supplier<String> version, Runnable end) {}

    private Informer official() throws IOException {
        ApiClient client = ClientBuilder.kubeconfig(KubeConfig.loadKubeConfig(new StringReader(api.kubeconfig())))
                .build();
        SharedInformerFactory factory = new SharedInformerFactory(client);
        var informer = factory.sharedIndexInformerFor(
                new GenericKubernetesApi<>(V1ConfigMap.class, V1ConfigMapList.class, "", "v1", "configmaps", client),
                V1ConfigMap.class,
                0,
                "default");
        informer.addEventHandler(new io.kubernetes.client.informer.ResourceEventHandler<V1ConfigMap>() {
            @Override
            public void onAdd(V1ConfigMap map) {
                told.add("+" + map.getMetadata().getName());
            }

            @Override
            public void onUpdate(V1ConfigMap before, V1ConfigMap now) {}

            @Override
            public void onDelete(V1ConfigMap map, boolean unknown) {
                told.add("-" + map.getMetadata().getName());
            }
        });
        factory.startAllRegisteredInformers();
        return new Informer(
                () -> {
                    Map<String, String> seen = new TreeMap<>();
                    informer.getIndexer()
                            .list()
                            .forEach(map -> seen.put(
                                    map.getMetadata().getName(), map.getData().getOrDefault("v", "")));
                    return seen;
                },
                informer::lastSyncResourceVersion,
                () -> {
                    factory.stopAllRegisteredInformers();
                    client.getHttpClient().dispatcher().executorService().shutdownNow();
                    client.getHttpClient().connectionPool().evictAll();
                });
    }

    private Informer fabric8() {
        KubernetesClient client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(api.kubeconfig()))
                .build();
        var informer = client.configMaps()
                .inNamespace("default")
                .inform(new io.fabric8.kubernetes.client.informers.ResourceEventHandler<ConfigMap>() {
                    @Override
                    public void onAdd(ConfigMap map) {
                        told.add("+" + map.getMetadata().getName());
                    }

                    @Override
                    public void onUpdate(ConfigMap before, ConfigMap now) {}

                    @Override
                    public void onDelete(ConfigMap map, boolean unknown) {
                        told.add("-" + map.getMetadata().getName());
                    }
                });
        return new Informer(
                () -> {
                    Map<String, String> seen = new TreeMap<>();
                    informer.getStore()
                            .list()
                            .forEach(map -> seen.put(
                                    map.getMetadata().getName(), map.getData().getOrDefault("v", "")));
                    return seen;
                },
                informer::lastSyncResourceVersion,
                client::close);
    }

    @Test
    @org.junit.jupiter.api.Timeout(120)
    void theOfficialClientMissesNothing() throws IOException {
        missesNothing(official());
    }

    @Test
    @org.junit.jupiter.api.Timeout(120)
    void fabric8MissesNothing() {
        missesNothing(fabric8());
    }

    private void missesNothing(Informer informer) {
        try {
            api.put("a", "1");
            api.put("b", "1");
            awaitSame(informer);
            api.put("a", "2");
            api.delete("b");
            awaitSame(informer);

            api.cut();
            api.put("c", "while cut");
            awaitSame(informer);

            api.unplug();
            String known = informer.version().get();
            api.delete("c");
            for (int i = 0; i < 2 * HISTORY; i++) {
                api.put("a", "round " + i);
            }
            api.put("d", "new");
            assertThatThrownBy(() -> api.store().watch("configmaps", Long.parseLong(known)))
                    .as("the server has forgotten what came after %s", known)
                    .isInstanceOf(ExpiredException.class);
            api.plugIn();
            awaitSame(informer);

            api.put("e", "and it goes on");
            awaitSame(informer);
            Poll.until(PATIENCE, () -> told.contains("+e"), told::toString);
            // A list of changes, whether they came as events or were found by comparing lists.
            assertThat(told).containsExactlyInAnyOrder("+a", "+b", "-b", "+c", "-c", "+d", "+e");
        } finally {
            informer.end().run();
        }
    }

    private void awaitSame(Informer informer) {
        Map<String, String> wanted = api.stored();
        Poll.until(
                PATIENCE,
                () -> informer.seen().get().equals(wanted),
                () -> "the informer has " + informer.seen().get() + ", the server " + wanted + "; told " + told);
    }
}
