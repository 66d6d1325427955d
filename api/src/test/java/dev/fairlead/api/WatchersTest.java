package dev.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.reflect.TypeToken;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.KubeConfig;
import io.kubernetes.client.util.Watch;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Watches of both Java clients: what they are told, where a bookmark lets them go on, and what is too old. */
class WatchersTest {
    private static final int HISTORY = 20;

    private final ServedApi api = new ServedApi(HISTORY);

    @AfterEach
    void end() {
        api.close();
    }

    private String revision() {
        return Long.toString(api.store().revision());
    }

    /** So that the server has forgotten everything before. */
    private void fill() {
        for (int i = 0; i < 2 * HISTORY; i++) {
            api.put("much", "round " + i);
        }
    }

    // ---- the official client

    private List<String> official(ApiClient client, String since, int count) throws ApiException, IOException {
        List<String> events = new ArrayList<>();
        try (Watch<V1ConfigMap> watch = Watch.createWatch(
                client,
                new CoreV1Api(client)
                        .listNamespacedConfigMap("default")
                        .resourceVersion(since)
                        .allowWatchBookmarks(true)
                        .watch(true)
                        .buildCall(null),
                new TypeToken<Watch.Response<V1ConfigMap>>() {}.getType())) {
            while (events.size() < count && watch.hasNext()) {
                Watch.Response<V1ConfigMap> event = watch.next();
                if (event.type.equals("ERROR")) {
                    events.add("ERROR " + event.status.getCode() + " " + event.status.getReason());
                    continue;
                }
                var meta = event.object.getMetadata();
                events.add(event.type + " "
                        + (event.type.equals("BOOKMARK") ? meta.getResourceVersion() : meta.getName()));
            }
        }
        return events;
    }

    @Test
    @org.junit.jupiter.api.Timeout(120)
    void theOfficialClientGoesOnFromABookmark() throws Exception {
        ApiClient client = ClientBuilder.kubeconfig(KubeConfig.loadKubeConfig(new StringReader(api.kubeconfig())))
                .build();
        String start = revision();
        api.put("a", "1");
        api.put("a", "2");
        api.put("b", "1");
        api.delete("a");
        assertThat(official(client, start, 5))
                .containsExactly("BOOKMARK " + start, "ADDED a", "MODIFIED a", "ADDED b", "DELETED a");
        String later = revision();
        api.put("c", "1");
        assertThat(official(client, later, 2)).containsExactly("BOOKMARK " + later, "ADDED c");
        fill();
        assertThat(official(client, start, 1)).containsExactly("ERROR 410 Expired");
        client.getHttpClient().dispatcher().executorService().shutdownNow();
        client.getHttpClient().connectionPool().evictAll();
    }

    // ---- fabric8's

    /** Writes down what it is told. */
    private static final class Told implements Watcher<ConfigMap> {
        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

        @Override
        public void eventReceived(Action action, ConfigMap map) {
            var meta = map.getMetadata();
            events.add(action + " " + (action == Action.BOOKMARK ? meta.getResourceVersion() : meta.getName()));
        }

        @Override
        public void onClose(WatcherException cause) {
            events.add("closed " + (cause.isHttpGone() ? "as gone" : String.valueOf(cause.getMessage())));
        }

        List<String> take(int count) throws InterruptedException {
            List<String> taken = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                taken.add(String.valueOf(events.poll(20, TimeUnit.SECONDS)));
            }
            return taken;
        }
    }

    private static ListOptions since(String revision) {
        return new ListOptionsBuilder()
                .withResourceVersion(revision)
                .withAllowWatchBookmarks(true)
                .build();
    }

    @Test
    @org.junit.jupiter.api.Timeout(120)
    void fabric8GoesOnFromABookmarkAndAfterACut() throws Exception {
        try (KubernetesClient client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(api.kubeconfig()))
                .build()) {
            var maps = client.configMaps().inNamespace("default");
            String start = revision();
            Told told = new Told();
            try (var watch = maps.watch(since(start), told)) {
                api.put("a", "1");
                api.delete("a");
                assertThat(told.take(3)).containsExactly("BOOKMARK " + start, "ADDED a", "DELETED a");
                api.cut();
                String cut = revision();
                api.put("b", "1");
                assertThat(told.take(2))
                        .as("it connects again by itself")
                        .containsExactly("BOOKMARK " + cut, "ADDED b");
            }
            fill();
            Told late = new Told();
            try (var watch = maps.watch(since(start), late)) {
                assertThat(late.take(1)).containsExactly("closed as gone");
            }
        }
    }
}
