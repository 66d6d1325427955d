package dev.fairlead.lab.demo;

import dev.fairlead.kernel.process.Child;
import dev.fairlead.kernel.process.Setup;
import dev.fairlead.kernel.process.Spawn;
import dev.fairlead.kernel.route.FdbEntry;
import dev.fairlead.kernel.route.Link;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.lab.Lab;
import dev.fairlead.lab.demo.Row.NotObserved;
import dev.fairlead.lab.demo.Row.Observation;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.node.LabNode;
import dev.fairlead.lab.node.PodNetwork;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Rows 1 to 4 and 7: what a pod is made of, and who made it. */
final class PodRows {
    private static final int POD = Setup.NET | Setup.IPC | Setup.UTS | Setup.PID | Setup.MOUNT;

    private final Scene scene;

    PodRows(Lab lab) {
        this.scene = new Scene(lab);
    }

    void assigned(Observation seen) {
        Pod client = scene.pod("client");
        LabNode node = scene.node(client);
        Ip ip = scene.ip(client);
        Prefix cidr = node.slot().podCidrs().getFirst();
        seen.saw("spec.nodeName", client.spec().nodeName()).saw("node's pod CIDR", cidr);
        try (Rtnetlink inPod = Rtnetlink.open(scene.netns(client))) {
            Link eth0 = Scene.link(inPod, PodNetwork.INTERFACE);
            List<Prefix> addresses = inPod.addresses().list(eth0.index()).stream()
                    .map(dev.fairlead.kernel.route.Address::prefix)
                    .toList();
            seen.saw("addresses of eth0", addresses);
            seen.require(
                    addresses.stream().anyMatch(address -> address.address().equals(ip)),
                    "eth0 does not have the pod's address " + ip);
        }
        seen.require(cidr.contains(ip), ip + " is not in the node's pod CIDR " + cidr);
    }

    void pause(Observation seen) {
        Pod client = scene.pod("client");
        int pause = scene.sandbox(client).pause().pid();
        int node = scene.node(client).sandbox().pause().pid();
        for (String kind : List.of("net", "ipc", "uts", "pid")) {
            String ours = Scene.namespace(pause, kind);
            seen.saw(kind + " namespace of pause", ours);
            seen.require(
                    !ours.equals(Scene.namespace(node, kind)),
                    "the pod shares its " + kind + " namespace with the node");
        }
        String inside = Scene.statusLine(pause, "NSpid");
        seen.saw("NSpid of pause (outside, inside)", inside);
        seen.require(inside.endsWith(" 1"), "pause is not process 1 of the pod's PID namespace");
        reapsOrphans(seen, client);
    }

    /** A shell leaves a child behind and ends; when that child ends too, only process 1 can wait for it. */
    private void reapsOrphans(Observation seen, Pod client) {
        Child shell = Spawn.of(Path.of("/bin/sh"), List.of("-c", "sleep 0.01 & exit 0"))
                .withEnvironment(java.util.Map.of("PATH", "/usr/bin:/bin"))
                .withSession()
                .withBefore(new Setup.Join(scene.sandbox(client).pause().descriptor(), POD))
                .start();
        if (shell.await(Duration.ofSeconds(3)).isEmpty()) {
            shell.kill();
            throw new NotObserved("a shell in the pod did not end");
        }
        shell.close();
        int containers = client.spec().containers().size();
        long deadline = System.nanoTime() + Duration.ofSeconds(3).toNanos();
        List<String> processes = processes(client);
        while (processes.size() > containers && System.nanoTime() < deadline) {
            Thread.onSpinWait();
            processes = processes(client);
        }
        seen.saw("processes of the pod after an orphan ended", processes);
        seen.require(
                processes.stream().noneMatch(process -> process.contains("Z (zombie)")),
                "an orphan was left as a zombie");
    }

    /** Processes in the pod's PID namespace, by name and state. */
    private List<String> processes(Pod pod) {
        int pause = scene.sandbox(pod).pause().pid();
        String wanted = Scene.namespace(pause, "pid");
        List<String> processes = new ArrayList<>();
        try (var entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path entry : entries) {
                int pid = Integer.parseInt(entry.getFileName().toString());
                if (isIn(pid, wanted)) {
                    processes.add(Scene.statusLine(pid, "Name") + " " + Scene.statusLine(pid, "State"));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not list the processes of the pod", e);
        } catch (UncheckedIOException e) {
            return processes(pod); // one ended while it was looked at
        }
        return processes;
    }

    private static boolean isIn(int pid, String namespace) {
        try {
            return Scene.namespace(pid, "pid").equals(namespace);
        } catch (UncheckedIOException e) {
            return false; // ended, or a zombie without namespaces
        }
    }

    void containers(Observation seen) {
        Pod client = scene.pod("client");
        int pause = scene.sandbox(client).pause().pid();
        int shell = scene.running(client).containers().stream()
                .filter(container -> container.name().equals("shell"))
                .findFirst()
                .flatMap(dev.fairlead.lab.node.RunningContainer::pid)
                .orElseThrow(() -> new NotObserved("container shell is not running"));
        for (String kind : List.of("net", "ipc", "uts", "pid")) {
            String theirs = Scene.namespace(shell, kind);
            seen.saw(kind + " namespace of container shell", theirs);
            seen.require(
                    theirs.equals(Scene.namespace(pause, kind)), "container shell has another " + kind + " namespace");
        }
        String answer = Probe.get(scene.netns(client), Ip.of("127.0.0.1"), 8080, "/hostname");
        seen.saw("GET http://127.0.0.1:8080/hostname", answer);
        seen.require(answer.equals("client"), "localhost in the pod answered '" + answer + "'");
    }

    void veth(Observation seen) {
        Pod client = scene.pod("client");
        Ip gateway;
        try (Rtnetlink inPod = Rtnetlink.open(scene.netns(client));
                Rtnetlink inNode = Rtnetlink.open(scene.root(scene.node(client)))) {
            Link eth0 = Scene.link(inPod, PodNetwork.INTERFACE);
            Link host = inNode.links()
                    .find(eth0.peer())
                    .orElseThrow(() -> new NotObserved("the node has no device with index " + eth0.peer()));
            seen.saw("pod", "eth0 is " + eth0.index() + ", peer " + eth0.peer() + ", " + eth0.mac());
            seen.saw("node", host.name() + " is " + host.index() + ", peer " + host.peer());
            seen.require(host.peer() == eth0.index(), host.name() + " and eth0 are not each other's peers");
            String bridge = inNode.links().find(host.master()).map(Link::name).orElse("no bridge");
            seen.saw("port of", bridge);
            seen.require(host.master() != 0, host.name() + " is not a port of a bridge");
            gateway = inPod.routes().lookUp(Ip.of("192.0.2.1")).gateway();
            learn(client, gateway);
            FdbEntry entry = inNode.neighbours().listFdb(host.master()).stream()
                    .filter(fdb -> fdb.mac().equals(eth0.mac()))
                    .findFirst()
                    .orElseThrow(() -> new NotObserved("the bridge does not know " + eth0.mac()));
            seen.saw("bridge FDB", entry.text(inNode.links().names()));
            seen.require(entry.device() == host.index(), eth0.mac() + " is behind another port");
        }
    }

    /** A bridge knows a pod by the frames it has sent; this makes it send one: an ARP request for the gateway. */
    private void learn(Pod pod, Ip gateway) {
        scene.netns(pod).run(() -> {
            try (java.net.DatagramSocket socket = new java.net.DatagramSocket()) {
                socket.send(new java.net.DatagramPacket(new byte[1], 1, gateway.toInetAddress(), 9));
            } catch (IOException e) {
                throw new NotObserved("the pod could not send to its gateway " + gateway + ": " + e.getMessage());
            }
        });
    }

    void cni(Observation seen) {
        Pod client = scene.pod("client");
        PodNetwork.Attached attached =
                scene.running(client).attached().orElseThrow(() -> new NotObserved("no CNI result of pod client"));
        PodNetwork network = scene.node(client).kubelet().network();
        seen.saw("configuration", network.list().text());
        seen.saw(
                "request",
                "CNI_COMMAND=ADD CNI_CONTAINERID=" + scene.running(client).containerId() + " CNI_NETNS="
                        + scene.sandbox(client).netnsPath() + " CNI_IFNAME=" + PodNetwork.INTERFACE);
        seen.saw("result", attached.result().json());
        Ip ip = scene.ip(client);
        seen.require(
                attached.result().ips().stream()
                        .anyMatch(config -> config.address().address().equals(ip)),
                "the result does not have the pod's address " + ip);
    }
}
