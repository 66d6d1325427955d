package dev.fairlead.lab.demo;

import dev.fairlead.kernel.conntrack.Flow;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.lab.Lab;
import dev.fairlead.lab.demo.Row.NotObserved;
import dev.fairlead.lab.demo.Row.Observation;
import dev.fairlead.lab.model.Kind;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Rows 8 to 10: Services. */
final class ServiceRows {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MOST_DATAGRAMS = 100;

    private final Lab lab;
    private final Scene scene;

    ServiceRows(Lab lab) {
        this.lab = lab;
        this.scene = new Scene(lab);
    }

    void stays(Observation seen) {
        Netns client = scene.netns(scene.pod("client"));
        Ip before = scene.serviceIp("web");
        List<Pod> old = scene.podsOf("web");
        if (old.isEmpty()) {
            throw new NotObserved("no pod of Deployment web is running");
        }
        Pod victim = old.getFirst();
        seen.saw("Service web before", before).saw("deleted", victim.metadata().name() + " " + scene.ip(victim));
        var unused = lab.delete(Kind.POD, victim.key());
        if (!lab.await(picture -> Lab.isSettled(picture) && picture.pods().get(victim.key()) == null, PATIENCE)) {
            throw new NotObserved(
                    "no pod took the place of " + victim.metadata().name() + " within " + PATIENCE.toSeconds() + " s");
        }
        for (var node : lab.nodes()) {
            seen.require(lab.awaitFollowed(node, PATIENCE), node.slot().name() + " did not follow");
        }
        Set<Ip> oldIps = new HashSet<>();
        old.forEach(pod -> oldIps.add(scene.ip(pod)));
        Pod fresh = scene.podsOf("web").stream()
                .filter(pod -> !oldIps.contains(scene.ip(pod)))
                .findFirst()
                .orElseThrow(() -> new NotObserved("the new pod has an address that an old one had"));
        seen.saw("new pod", fresh.metadata().name() + " " + scene.ip(fresh));
        Ip after = scene.serviceIp("web");
        seen.saw("Service web after", after);
        seen.require(after.equals(before), "the Service's address changed");
        Set<String> answered = new TreeSet<>();
        for (int i = 0;
                i < MOST_DATAGRAMS && !answered.contains(fresh.metadata().name());
                i++) {
            answered.add(Probe.get(client, after, 80, "/hostname"));
        }
        seen.saw("answered through the Service", answered);
        seen.require(answered.contains(fresh.metadata().name()), "the new pod never answered");
        seen.require(!answered.contains(victim.metadata().name()), "the deleted pod answered");
    }

    void translated(Observation seen) {
        Pod client = scene.pod("client");
        Ip service = scene.serviceIp("web");
        Netns node = scene.root(scene.node(client));
        Probe.Translated looked = Probe.connectAndLook(scene.netns(client), node, service, 80);
        Flow flow = looked.flow();
        seen.saw("conntrack", flow)
                .saw("original tuple", flow.original())
                .saw("reply tuple", flow.reply())
                .saw("answered", looked.answeredBy());
        seen.require(flow.original().destination().equals(service), "the client did not ask the Service");
        seen.require(!flow.reply().source().equals(service), "the destination was not rewritten");
        seen.require(
                scene.podWith(flow.reply().source()).startsWith(looked.answeredBy() + " "),
                "conntrack says " + scene.podWith(flow.reply().source()) + " and " + looked.answeredBy() + " answered");
    }

    /** Endpoints on the client's own node and on the other one: on its own node the reply is bridged and needs care. */
    void restored(Observation seen) {
        Pod client = scene.pod("client");
        Ip service = scene.serviceIp("echo");
        Netns node = scene.root(scene.node(client));
        Set<Ip> wanted = new HashSet<>();
        scene.podsOf("echo").forEach(pod -> wanted.add(scene.ip(pod)));
        if (wanted.isEmpty()) {
            throw new NotObserved("no pod of Deployment echo is running");
        }
        for (int i = 0; i < MOST_DATAGRAMS && !wanted.isEmpty(); i++) {
            Probe.Answered answered = Probe.askByUdp(scene.netns(client), node, service, 7);
            Ip endpoint = answered.flow().reply().source();
            if (wanted.remove(endpoint)) {
                seen.saw("answer from " + scene.podWith(endpoint), "source " + answered.source())
                        .saw(
                                "reply tuple of " + scene.podWith(endpoint),
                                answered.flow().reply());
            }
            seen.require(
                    answered.source().equals(new IpPort(service, 7)),
                    "the client saw the answer come from " + answered.source() + " and had asked " + service);
        }
        seen.require(wanted.isEmpty(), "endpoints " + wanted + " never answered");
    }
}
