package dev.fairlead.lab;

import dev.fairlead.lab.manifest.ManifestReader;
import dev.fairlead.lab.model.Manifest;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;

/** The name server of a lab: a Service at the address where people expect it, and the pod behind it. */
final class LabDns {
    /** As kubeadm has it. */
    static final String ZONE = "cluster.local";

    private static final long OFFSET = 10;

    private LabDns() {}

    /** The tenth address of the first Service range, as kubeadm chooses it; in a small range the first that is free. */
    static Ip address(LabLayout layout) {
        Prefix range = layout.serviceCidrs().getFirst();
        Ip tenth = range.first().plus(OFFSET);
        return range.contains(tenth) && !tenth.equals(range.last())
                ? tenth
                : range.first().plus(2);
    }

    /** What a lab begins with. */
    static Manifest manifest(LabLayout layout) {
        return ManifestReader.parse("the lab's DNS", """
                apiVersion: v1
                kind: Service
                metadata:
                  name: kube-dns
                  namespace: kube-system
                  labels: {k8s-app: kube-dns, kubernetes.io/name: KubeDNS}
                spec:
                  clusterIP: "%1$s"
                  selector: {k8s-app: kube-dns}
                  ports:
                  - {name: dns, port: 53, protocol: UDP}
                  - {name: dns-tcp, port: 53, protocol: TCP}
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: kube-dns
                  namespace: kube-system
                  labels: {k8s-app: kube-dns}
                spec:
                  selector: {matchLabels: {k8s-app: kube-dns}}
                  template:
                    metadata:
                      labels: {k8s-app: kube-dns}
                    spec:
                      dnsPolicy: Default
                      containers:
                      - name: dns
                        image: fairlead/dns
                        ports:
                        - {name: dns, containerPort: 53, protocol: UDP}
                        - {name: dns-tcp, containerPort: 53, protocol: TCP}
                """.formatted(address(layout)));
    }
}
