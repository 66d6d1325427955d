package dev.fairlead.lab.node;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.kernel.process.Setup;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.packet.Ip;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pod's {@code /etc/resolv.conf} and {@code /etc/hosts}, written as the kubelet writes them ({@code pkg/kubelet/network/dns},
 * {@code kubelet_pods.go}) and mounted over the machine's, which stay as they are.
 *
 * @param directory of this pod, in the lab's own {@code /run}
 */
public record PodNames(Pod pod, Cluster cluster, Path directory) {
    private static final Logger LOG = LoggerFactory.getLogger(PodNames.class);
    private static final Path TOP = Path.of("/");
    private static final Path OWN_RUN = Path.of("/run");
    /** What glibc reads, {@code resolv.conf(5)}. */
    private static final int MOST_SERVERS = 3;

    /** @param dns the name server's Service @param zone such as {@code cluster.local} */
    public record Cluster(Ip dns, String zone) {}

    /** Makes the files, and says how they are mounted. */
    List<Setup> make() {
        try {
            Files.createDirectories(directory);
            Files.writeString(resolvConf(), resolver());
            if (!Files.exists(hosts())) {
                Files.createFile(hosts());
            }
            List<Setup> mounts = new ArrayList<>(List.of(new Setup.Mount("none", TOP, "", Setup.Mount.ALL_PRIVATE)));
            add(resolvConf(), Path.of("/etc/resolv.conf"), mounts);
            if (!pod.spec().hostNetwork()) {
                add(hosts(), Path.of("/etc/hosts"), mounts);
            }
            return mounts;
        } catch (IOException e) {
            throw new UncheckedIOException("could not make the resolver's files of pod " + pod.key(), e);
        }
    }

    private Path resolvConf() {
        return directory.resolve("resolv.conf");
    }

    private Path hosts() {
        return directory.resolve("hosts");
    }

    private static void add(Path file, Path over, List<Setup> mounts) throws IOException {
        Optional<Path> target = target(over);
        if (target.isEmpty()) { // a mount needs something to be over, and the machine's files aren't ours to make
            LOG.warn("this machine has no {}, so pods have none either", over);
            return;
        }
        mounts.add(new Setup.Mount(file.toString(), target.get(), "", Setup.Mount.BIND));
    }

    /** Where systemd-resolved has its part, the file is a link into {@code /run}, of which the lab has its own. */
    private static Optional<Path> target(Path file) throws IOException {
        if (Files.exists(file)) {
            return Optional.of(file.toRealPath());
        }
        if (!Files.isSymbolicLink(file)) {
            return Optional.empty();
        }
        Path linked = file.resolveSibling(Files.readSymbolicLink(file)).normalize();
        if (!linked.startsWith(OWN_RUN)) {
            return Optional.empty();
        }
        Files.createDirectories(linked.getParent());
        Files.createFile(linked);
        return Optional.of(linked);
    }

    // ---- /etc/resolv.conf

    private String resolver() {
        JsonNode spec = pod.spec().original();
        String policy = spec.path("dnsPolicy").asText("ClusterFirst");
        boolean asksCluster = policy.equals("ClusterFirstWithHostNet")
                || policy.equals("ClusterFirst") && !pod.spec().hostNetwork();
        Set<String> servers = new LinkedHashSet<>();
        Set<String> searches = new LinkedHashSet<>();
        Map<String, String> options = new LinkedHashMap<>();
        if (asksCluster) {
            servers.add(cluster.dns().toString());
            searches.add(pod.metadata().namespace() + ".svc." + cluster.zone());
            searches.add("svc." + cluster.zone());
            searches.add(cluster.zone());
            options.put("ndots", "5");
        }
        JsonNode more = spec.path("dnsConfig");
        more.path("nameservers").forEach(server -> servers.add(server.asText()));
        more.path("searches").forEach(search -> searches.add(search.asText()));
        more.path("options")
                .forEach(option -> options.put(
                        option.path("name").asText(), option.path("value").asText("")));
        StringBuilder text = new StringBuilder();
        if (!searches.isEmpty()) {
            text.append("search ").append(String.join(" ", searches)).append('\n');
        }
        servers.stream()
                .limit(MOST_SERVERS)
                .forEach(server -> text.append("nameserver ").append(server).append('\n'));
        if (!options.isEmpty()) {
            text.append("options");
            options.forEach((name, value) -> text.append(' ').append(name).append(value.isEmpty() ? "" : ":" + value));
            text.append('\n');
        }
        return text.isEmpty() ? "# A node of the lab knows no name server: there is no way out.\n" : text.toString();
    }

    // ---- /etc/hosts

    /** Writes what is known once the pod has its addresses; into the file that is mounted already. */
    void write(String hostname, List<Ip> addresses) {
        StringBuilder text = new StringBuilder("""
                # Kubernetes-managed hosts file.
                127.0.0.1\tlocalhost
                ::1\tlocalhost ip6-localhost ip6-loopback
                fe00::0\tip6-localnet
                fe00::0\tip6-mcastprefix
                fe00::1\tip6-allnodes
                fe00::2\tip6-allrouters
                """);
        JsonNode spec = pod.spec().original();
        String subdomain = spec.path("subdomain").asText("");
        String full = hostname + "." + subdomain + "." + pod.metadata().namespace() + ".svc." + cluster.zone();
        for (Ip ip : addresses) {
            text.append(ip)
                    .append('\t')
                    .append(subdomain.isEmpty() ? "" : full + "\t")
                    .append(hostname)
                    .append('\n');
        }
        if (!spec.path("hostAliases").isEmpty()) {
            text.append("\n# Entries added by HostAliases.\n");
            for (JsonNode alias : spec.path("hostAliases")) {
                text.append(alias.path("ip").asText());
                alias.path("hostnames").forEach(name -> text.append('\t').append(name.asText()));
                text.append('\n');
            }
        }
        try {
            Files.writeString(hosts(), text);
        } catch (IOException e) {
            throw new UncheckedIOException("could not write the hosts file of pod " + pod.key(), e);
        }
    }
}
