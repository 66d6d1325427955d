package dev.fairlead.trace;

import dev.fairlead.packet.Flow;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.Endpoint;
import dev.fairlead.plan.EndpointSlice;
import dev.fairlead.plan.Service;
import dev.fairlead.plan.ServiceName;
import dev.fairlead.plan.services.Decision;
import dev.fairlead.plan.services.Frontend;
import dev.fairlead.plan.services.FrontendKey;
import dev.fairlead.trace.Walk.Telling;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is said where Services are looked up and addresses are rewritten. The names of sets are those of table inet fairlead. */
final class NatWording {
    private NatWording() {}

    /** The Service's endpoint with this address, as the slices have it. */
    static Optional<Endpoint> endpoint(NodeView here, Frontend frontend, IpPort backend) {
        for (EndpointSlice slice :
                here.scene().picture().slices(frontend.owner().service()).values()) {
            for (Endpoint endpoint : slice.endpoints()) {
                if (endpoint.ip().equals(backend.ip())) {
                    return Optional.of(endpoint);
                }
            }
        }
        return Optional.empty();
    }

    static Telling dnat(NodeView here, Decision.Dnat dnat, IpPort backend, Memory memory) {
        Frontend frontend = dnat.frontend();
        Optional<Endpoint> endpoint = endpoint(here, frontend, backend);
        List<String> objects = new ArrayList<>(List.of(service(frontend.owner().service())));
        endpoint.filter(e -> !e.target().isEmpty()).ifPresent(e -> objects.add("pod/" + e.target()));
        return new Telling(
                frontend.key().address() + (frontend.nodePort() ? " is a node port of Service " : " is Service ")
                        + frontend.owner() + ": the destination is rewritten to one of its endpoints",
                List.of(
                        set("service-ips", memory.original()) + " {" + frontend.key() + "}",
                        "DNAT " + frontend.key().address() + " → " + backend + "   "
                                + which(endpoint, dnat.targets().size()),
                        "conntrack remembers  " + memory),
                objects);
    }

    private static String which(Optional<Endpoint> endpoint, int of) {
        String name = endpoint.map(Endpoint::target).orElse("");
        String node = endpoint.map(Endpoint::nodeName).orElse("");
        return "endpoint " + (name.isEmpty() ? "" : name + " ") + "(1 of " + of
                + (node.isEmpty() ? ")" : ", on " + node + ")");
    }

    private static String set(String name, Flow flow) {
        return name + (flow.source().ip().isIpv6() ? "6" : "");
    }

    private static String service(ServiceName name) {
        return "svc/" + name;
    }

    static Telling snat(NodeView here, Flow before, Memory memory) {
        boolean itself = before.source().ip().equals(before.destination().ip());
        boolean nodePort =
                frontend(here, memory.original()).filter(Frontend::nodePort).isPresent();
        String elsewhere =
                nodePort ? "came by a port of this node from somewhere else" : "comes from outside of the cluster";
        return new Telling(
                itself
                        ? "the pod reaches itself: its source becomes the node's, or it would answer itself directly and never see"
                                + " the Service's address again"
                        : elsewhere + ": its source becomes the node's, so that the answer comes back here",
                List.of(
                        "masquerade fully-random   " + Wording.shown(before.source()) + " → "
                                + Wording.shown(memory.reply().destination()),
                        "conntrack remembers  " + memory),
                List.of(here.place().object()));
    }

    static Telling undnat(NodeView here, Memory memory, Optional<ServiceName> service) {
        return new Telling(
                "this is the reply of a translated connection: its source is put back to what the client had asked",
                List.of(
                        "source restored  " + Wording.shown(memory.reply().source()) + " → "
                                + Wording.shown(memory.original().destination()),
                        "conntrack has  " + memory),
                List.of(service.map(NatWording::service).orElse(here.place().object())));
    }

    static Telling unsnat(NodeView here, Memory memory) {
        return new Telling(
                "this is the reply of a translated connection: its destination is put back to who had asked",
                List.of(
                        "destination restored  " + Wording.shown(memory.reply().destination()) + " → "
                                + Wording.shown(memory.original().source()),
                        "conntrack has  " + memory),
                List.of(here.place().object()));
    }

    // ---- refused

    static Telling rejected(NodeView here, Flow flow, Decision.Reject reject) {
        return new Telling(
                "refused: " + reject.reason(),
                List.of(
                        frontend(here, flow)
                                .filter(Frontend::nodePort)
                                .map(met -> set("node-ports", flow) + " {" + met.key() + "}")
                                .orElseGet(() -> set("cluster-ips", flow) + " {"
                                        + flow.destination().ip() + "}"),
                        flow.protocol() == Protocol.TCP ? "reject with tcp reset" : "reject"),
                owner(here, flow).map(service -> List.of(service(service))).orElse(List.of()));
    }

    static Telling dropped(NodeView here, Flow flow, Decision.Drop drop) {
        return Telling.of(
                "dropped: " + drop.reason() + "; nothing may follow a default route out of the node",
                set("service-cidrs", flow) + " {"
                        + here.services().serviceCidrs().stream()
                                .filter(cidr -> cidr.contains(flow.destination().ip()))
                                .findFirst()
                                .map(Object::toString)
                                .orElse("")
                        + "}",
                here.place().object());
    }

    static Optional<ServiceName> owner(NodeView here, Flow flow) {
        return frontend(here, flow)
                .map(met -> met.owner().service())
                .or(() -> here.services().clusterIps().find(flow.destination().ip()));
    }

    private static Optional<Frontend> frontend(NodeView here, Flow flow) {
        return here.services()
                .frontends()
                .find(new FrontendKey(
                        flow.destination().ip(),
                        flow.protocol(),
                        flow.destination().port()));
    }

    /** With what would make it pass. */
    static String reason(NodeView here, Flow flow, Decision.Reject reject) {
        Optional<Service> service =
                owner(here, flow).flatMap(name -> here.scene().picture().service(name));
        List<String> ports = new ArrayList<>();
        boolean known = false;
        for (var port : service.map(Service::ports).orElse(List.of())) {
            ports.add(port.port() + "/" + port.protocol());
            int asked = flow.destination().port();
            known |= (port.port() == asked || port.nodePort() == asked) && port.protocol() == flow.protocol();
        }
        return reject.reason()
                + (known || ports.isEmpty()
                        ? "; it passes as soon as a pod that the Service selects is ready"
                        : "; it has " + String.join(", ", ports));
    }
}
