package dev.fairlead.lab;

import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.lab.model.Container;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.Service;
import dev.fairlead.lab.model.ServicePort;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.trace.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds who is meant by FROM and TO of a trace: {@code default/client}, {@code default/client/shell}, {@code node/node-1}, {@code
 * 10.244.1.2}; {@code svc/web:80}, {@code default/web-1:8080}, {@code web.default:80}, {@code 10.96.0.80:80}. Who is to answer an echo request is named without
 * a port, and has port 0.
 */
record TraceTargets(LabPicture picture, TraceStage stage) {

    /**
     * Where a connection is to go.
     *
     * @param name {@code svc/default/web:http}, {@code pod/default/web-1:8080}, {@code node/node-1}, or the address itself
     */
    record Target(String name, IpPort address) {}

    Place from(String text) {
        if (text.startsWith("node/")) {
            return running(node(text.substring("node/".length())));
        }
        Optional<Ip> ip = Ip.parse(text);
        if (ip.isPresent()) {
            return stage.scene()
                    .holder(ip.get())
                    .orElseThrow(() -> new LabRefusal("nobody in this lab has the address " + text
                            + ", so nothing can be sent from it; lab status lists addresses"));
        }
        return place(sender(text));
    }

    /** A container may be named, {@code default/client/shell}: all of a pod's send from its one network namespace. */
    private Pod sender(String text) {
        String name = text.startsWith("pod/") ? text.substring("pod/".length()) : text;
        String[] parts = name.split("/", -1);
        if (parts.length != 3) {
            return pod(text);
        }
        Pod pod = pod("pod/" + parts[0] + "/" + parts[1]);
        List<String> containers =
                pod.spec().allContainers().stream().map(Container::name).toList();
        if (!containers.contains(parts[2])) {
            throw new LabRefusal("pod " + pod.key() + " has no container '" + parts[2] + "'; it has "
                    + String.join(", ", containers));
        }
        return pod;
    }

    private Place running(Place node) {
        if (!stage.nodes().containsKey(node.node())) {
            throw new LabRefusal(
                    "node " + node.node() + " is stopped, so nothing can be sent from it; ./fairlead lab node"
                            + " start " + node.node() + " starts it");
        }
        return node;
    }

    private Place node(String name) {
        return picture.node(name)
                .map(node -> new Place(name, "", node.addresses(), "", ""))
                .orElseThrow(() -> new LabRefusal("there is no node " + name + "; lab status lists them"));
    }

    private Pod pod(String text) {
        ObjectKey key = key(text.startsWith("pod/") ? text.substring("pod/".length()) : text);
        Pod pod = picture.pods().get(key);
        if (pod == null) {
            throw new LabRefusal("there is no pod " + key + "; lab status lists them");
        }
        return pod;
    }

    private static ObjectKey key(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? new ObjectKey("default", text)
                : new ObjectKey(text.substring(0, slash), text.substring(slash + 1));
    }

    private Place place(Pod pod) {
        String name = pod.key().toString();
        return stage.scene().pods().stream()
                .filter(place -> place.pod().equals(name))
                .findFirst()
                .orElseThrow(() -> new LabRefusal("pod " + name + " has no network yet"
                        + (pod.status().reason().isEmpty()
                                ? ""
                                : ": " + pod.status().reason())));
    }

    /** @param from decides the family where there are two */
    Target to(String text, Protocol protocol, Place from) {
        Optional<Target> address = protocol.hasPorts()
                ? IpPort.parse(text).map(to -> new Target(text, to))
                : Ip.parse(text).map(ip -> new Target(text, new IpPort(ip, 0)));
        if (address.isPresent()) {
            return address.get();
        }
        if (Ip.parse(text).isPresent()) {
            throw new LabRefusal("to which port of " + text + "? Say "
                    + (text.indexOf(':') < 0 ? text : "[" + text + "]") + ":PORT");
        }
        int colon = text.lastIndexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        String port = colon < 0 ? "" : text.substring(colon + 1);
        if (colon >= 0 && !protocol.hasPorts()) {
            throw new LabRefusal("an echo request goes to no port: say "
                    + (name.startsWith("[") ? name.replaceAll("[\\[\\]]", "") : name) + " without :" + port
                    + ", or --proto tcp or udp");
        }
        String kind = name.indexOf('/') < 0 ? "" : name.substring(0, name.indexOf('/'));
        String rest = name.substring(name.indexOf('/') + 1);
        return switch (kind) {
            case "svc", "service", "services" -> service(key(rest), port, protocol, from);
            case "node", "nodes" -> toNode(node(rest), port, protocol, from);
            case "pod", "pods" -> toPod(pod(rest), port, protocol, from);
            case "" -> named(name, port, protocol, from);
            default -> toPod(pod(name), port, protocol, from);
        };
    }

    /** A name as the pod would resolve it, of a Service; or the name of a pod in namespace default. */
    private Target named(String name, String port, Protocol protocol, Place from) {
        String[] labels = name.split("\\.", -1);
        String own = from.pod().isEmpty()
                ? "default"
                : from.pod().substring(0, from.pod().indexOf('/'));
        ObjectKey key = new ObjectKey(labels.length > 1 ? labels[1] : own, labels[0]);
        boolean inZone = labels.length < 3 || name.endsWith(".svc") || name.endsWith(".svc." + LabDns.ZONE);
        if (inZone && picture.services().containsKey(key)) {
            return service(key, port, protocol, from);
        }
        if (labels.length == 1 && picture.pods().containsKey(key)) {
            return toPod(picture.pods().get(key), port, protocol, from);
        }
        throw new LabRefusal("'" + name + "' is no name of a Service or pod that "
                + (own.isEmpty() ? "it" : "a pod of namespace " + own)
                + " can resolve; say "
                + (protocol.hasPorts()
                        ? "svc/NAME:PORT, NAMESPACE/POD:PORT or ADDRESS:PORT"
                        : "NAMESPACE/POD, node/NAME, svc/NAME or ADDRESS"));
    }

    private Target service(ObjectKey key, String port, Protocol protocol, Place from) {
        Service service = picture.services().get(key);
        if (service == null) {
            throw new LabRefusal("there is no Service " + key + "; lab status lists them");
        }
        if (service.spec().clusterIps().isEmpty()) {
            throw new LabRefusal("Service " + key + " has no address of its own (headless, or an alias);"
                    + " trace to one of its pods: NAMESPACE/POD" + (protocol.hasPorts() ? ":PORT" : ""));
        }
        if (!protocol.hasPorts()) {
            return echo("svc/" + key, service.spec().clusterIps(), from);
        }
        int number = port(service, port, protocol);
        Ip ip = ofFamily(service.spec().clusterIps(), from);
        return new Target("svc/" + key + ":" + (port.isEmpty() ? number : port), new IpPort(ip, number));
    }

    private static int port(Service service, String wanted, Protocol protocol) {
        List<ServicePort> ports = service.spec().ports().stream()
                .filter(port -> port.protocol() == protocol)
                .toList();
        Optional<Integer> number = number(wanted);
        if (number.isPresent()) {
            return number.get(); // also one that the Service doesn't have: to see what happens then is a reason to ask
        }
        if (wanted.isEmpty() && ports.size() == 1) {
            return ports.getFirst().port();
        }
        List<String> there = new ArrayList<>();
        for (ServicePort port : ports) {
            if (port.name().equals(wanted) && !wanted.isEmpty()) {
                return port.port();
            }
            there.add(port.port() + (port.name().isEmpty() ? "" : " (" + port.name() + ")"));
        }
        throw new LabRefusal("to which port of Service " + service.key() + "? It has "
                + (there.isEmpty() ? "none for " + protocol : String.join(", ", there)));
    }

    private static Optional<Integer> number(String text) {
        return text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= 65535
                ? Optional.of(Integer.parseInt(text))
                : Optional.empty();
    }

    private static Target echo(String name, List<Ip> ips, Place from) {
        return new Target(name, new IpPort(ofFamily(ips, from), 0));
    }

    private static Target toNode(Place node, String port, Protocol protocol, Place from) {
        if (!protocol.hasPorts()) {
            return echo("node/" + node.node(), node.ips(), from);
        }
        int number = number(port)
                .orElseThrow(() ->
                        new LabRefusal("to which port of node " + node.node() + "? Say node/" + node.node() + ":PORT"));
        return new Target("node/" + node.node() + ":" + number, new IpPort(ofFamily(node.ips(), from), number));
    }

    private Target toPod(Pod pod, String port, Protocol protocol, Place from) {
        if (!protocol.hasPorts()) {
            return echo("pod/" + pod.key(), place(pod).ips(), from);
        }
        List<Integer> ports = pod.spec().containers().stream()
                .flatMap(container -> container.ports().stream())
                .filter(there -> there.protocol() == protocol)
                .filter(there -> port.isEmpty() || there.name().equals(port))
                .map(there -> there.containerPort())
                .toList();
        int number = number(port)
                .or(() -> ports.size() == 1 ? Optional.of(ports.getFirst()) : Optional.empty())
                .orElseThrow(() -> new LabRefusal("to which port of pod " + pod.key() + "? Say " + pod.key() + ":PORT"
                        + (ports.isEmpty()
                                ? ""
                                : "; it names " + ports.toString().toLowerCase(Locale.ROOT))));
        return new Target(
                "pod/" + pod.key() + ":" + number,
                new IpPort(ofFamily(place(pod).ips(), from), number));
    }

    private static Ip ofFamily(List<Ip> there, Place from) {
        Family wanted = there.getFirst().family();
        boolean has = from.ips().stream().anyMatch(ip -> ip.family() == wanted);
        return has
                ? there.getFirst()
                : there.stream()
                        .filter(ip -> from.ips().stream().anyMatch(own -> own.family() == ip.family()))
                        .findFirst()
                        .orElseThrow(() -> new LabRefusal(
                                "there is no address family that both have: " + from.ips() + " and " + there));
    }
}
