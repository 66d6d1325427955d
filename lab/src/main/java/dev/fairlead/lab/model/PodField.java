package dev.fairlead.lab.model;

import dev.fairlead.packet.Ip;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A field of a pod that its containers can be told, as {@code fieldRef} names it: the downward API (Kubernetes
 * documentation, "Downward API").
 *
 * @param key of {@code metadata.labels['KEY']} and {@code metadata.annotations['KEY']}; else empty
 */
public record PodField(String path, String key) {
    private static final List<String> PLAIN = List.of(
            "metadata.name",
            "metadata.namespace",
            "metadata.uid",
            "metadata.labels",
            "metadata.annotations",
            "spec.nodeName",
            "spec.serviceAccountName",
            "status.hostIP",
            "status.hostIPs",
            "status.podIP",
            "status.podIPs");

    /** Empty when a pod has no such field to tell. */
    public static Optional<PodField> parse(String text) {
        int bracket = text.indexOf("['");
        if (bracket > 0 && text.endsWith("']")) {
            String map = text.substring(0, bracket);
            boolean known = map.equals("metadata.labels") || map.equals("metadata.annotations");
            return known
                    ? Optional.of(new PodField(map, text.substring(bracket + 2, text.length() - 2)))
                    : Optional.empty();
        }
        return PLAIN.contains(text) ? Optional.of(new PodField(text, "")) : Optional.empty();
    }

    /** Whether it is one value: an environment variable can't hold all labels. */
    public boolean isOne() {
        return !key.isEmpty() || !path.equals("metadata.labels") && !path.equals("metadata.annotations");
    }

    /** Its value, as the kubelet writes it. */
    public String of(Pod pod, List<Ip> podIps, List<Ip> hostIps) {
        ObjectMeta metadata = pod.metadata();
        return switch (path) {
            case "metadata.name" -> metadata.name();
            case "metadata.namespace" -> metadata.namespace();
            case "metadata.uid" -> metadata.uid();
            case "metadata.labels" -> key.isEmpty() ? lines(metadata.labels()) : value(metadata.labels());
            case "metadata.annotations" ->
                key.isEmpty() ? lines(metadata.annotations()) : value(metadata.annotations());
            case "spec.nodeName" -> pod.spec().nodeName();
            case "spec.serviceAccountName" ->
                pod.spec().original().path("serviceAccountName").asText("default");
            case "status.hostIP" -> first(hostIps);
            case "status.hostIPs" -> all(hostIps);
            case "status.podIP" -> first(podIps);
            case "status.podIPs" -> all(podIps);
            default -> throw new IllegalArgumentException("a pod has no field " + path + " to tell");
        };
    }

    private String value(Map<String, String> map) {
        return map.getOrDefault(key, "");
    }

    /** {@code key="value"}, a line each, in the order of the keys. */
    private static String lines(Map<String, String> map) {
        StringBuilder text = new StringBuilder();
        map.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> text.append(text.isEmpty() ? "" : "\n")
                        .append(entry.getKey())
                        .append("=\"")
                        .append(entry.getValue().replace("\\", "\\\\").replace("\"", "\\\""))
                        .append('"'));
        return text.toString();
    }

    private static String first(List<Ip> ips) {
        return ips.isEmpty() ? "" : ips.getFirst().toString();
    }

    private static String all(List<Ip> ips) {
        StringBuilder text = new StringBuilder();
        ips.forEach(ip -> text.append(text.isEmpty() ? "" : ",").append(ip));
        return text.toString();
    }
}
