package dev.fairlead.trace.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.trace.Place;
import dev.fairlead.trace.Scene;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is said of devices by which a packet was to leave. */
class EndingsTest {
    private static final Flow FLOW = new Flow(Protocol.TCP, IpPort.of("10.244.1.8:40000"), IpPort.of("10.244.2.7:80"));
    private static final Scene SCENE = new Scene(
            ClusterPicture.EMPTY,
            List.of(new Place("node-2", "default/b", List.of(Ip.of("10.244.2.7")), "eth0", "veth-b")),
            "fl0",
            "uplink");

    /** A node with one device, by which all its routes lead. */
    private record OneDevice(Device device) implements KernelAnswers {
        @Override
        public Optional<Taken> route(String node, Flow packet, String in) {
            return Optional.of(new Taken(
                    "10.244.2.0/24 dev " + device.name(),
                    device.name(),
                    packet.destination().ip()));
        }

        @Override
        public Optional<String> unanswered(String node, Taken route) {
            return Optional.of(route.next() + " dev " + route.device() + " FAILED");
        }

        @Override
        public Optional<String> routeOfSender(Flow packet) {
            return Optional.empty();
        }

        @Override
        public boolean isRunning(String node) {
            return true;
        }

        @Override
        public Optional<Device> link(String node, String name) {
            return Optional.of(device).filter(found -> found.name().equals(name));
        }

        @Override
        public Optional<String> rule(String node, Step step) {
            return Optional.empty();
        }
    }

    private static String ending(String device, int mtu, boolean carrier) {
        Device only = new Device(device, mtu, carrier, "3: " + device);
        return new Endings(SCENE, new OneDevice(only))
                .inNode("node-2", FLOW, 60, "", KernelDrops.NONE)
                .text();
    }

    @Test
    void aBridgeHasNoCableButPorts() {
        assertThat(ending("fl0", 1500, false))
                .isEqualTo("node-2's fl0 has no carrier, since no pod's veth pair is up at this bridge");
        assertThat(ending("uplink", 1500, false))
                .isEqualTo("node-2's uplink has no carrier, as with a cable that is out");
    }

    @Test
    void whatIsSaidFirst() {
        assertThat(ending("fl0", 59, true))
                .isEqualTo("node-2's fl0 takes packets of at most 59 bytes (its MTU), and this one has 60");
        assertThat(ending("fl0", 60, true)).isEqualTo("nobody answers for 10.244.2.7 on node-2's fl0");
    }
}
