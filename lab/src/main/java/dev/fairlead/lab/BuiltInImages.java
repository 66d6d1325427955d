package dev.fairlead.lab;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.lab.manifest.Workload;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.Service;
import dev.fairlead.lab.workload.ClientLoading;
import dev.fairlead.lab.workload.DnsServing;
import dev.fairlead.lab.workload.EchoServing;
import dev.fairlead.lab.workload.HttpServing;
import dev.fairlead.lab.workload.Running;
import dev.fairlead.packet.Ip;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Starts containers of the images that are built into the lab. */
final class BuiltInImages {
    private BuiltInImages() {}

    static Running start(Lab lab, Netns netns, Pod pod, Workload workload) {
        String name = pod.metadata().name();
        return switch (workload) {
            case Workload.Http http -> HttpServing.start(netns, name, http.port());
            case Workload.Echo echo -> EchoServing.start(netns, name, echo.port());
            case Workload.Dns dns -> DnsServing.start(netns, name, dns.port(), lab.zone());
            case Workload.Client client ->
                ClientLoading.start(
                        netns,
                        name,
                        () -> resolve(lab.picture(), pod.metadata().namespace(), client.target()),
                        client.target().toString(),
                        ClientLoading.Protocol.valueOf(client.mode().name()),
                        client.ratePerSecond());
            case Workload.HostCommand command ->
                throw new IllegalArgumentException("a program of the host is not built in: " + command.argv());
        };
    }

    /** An address, or a Service by the name that a pod of this namespace would use. */
    static InetSocketAddress resolve(LabPicture picture, String namespace, Workload.Target target) {
        Optional<Ip> literal = Ip.parse(target.host());
        Ip ip = literal.isPresent() ? literal.get() : serviceIp(picture, namespace, target.host());
        return new InetSocketAddress(ip.toInetAddress(), target.port());
    }

    private static Ip serviceIp(LabPicture picture, String namespace, String host) {
        String[] labels = host.split("\\.", -1);
        ObjectKey key = new ObjectKey(labels.length > 1 ? labels[1] : namespace, labels[0]);
        Service service = picture.services().get(key);
        if (service == null || service.spec().clusterIps().isEmpty()) {
            throw new IllegalStateException("no Service " + key + " with an address");
        }
        return service.spec().clusterIps().getFirst();
    }
}
