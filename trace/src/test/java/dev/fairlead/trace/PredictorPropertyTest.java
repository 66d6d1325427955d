package dev.fairlead.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.packet.Family;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Prefix;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.Endpoint;
import dev.fairlead.plan.EndpointSlice;
import dev.fairlead.plan.Node;
import dev.fairlead.plan.Service;
import dev.fairlead.plan.ServiceName;
import dev.fairlead.plan.ServicePort;
import dev.fairlead.trace.Prediction.Outcome;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever the cluster and whoever asks whom, what is predicted hangs together. */
class PredictorPropertyTest {
    private static final int SCENES = 500;
    private static final int PAIRS = 20;

    @Test
    void predictionsHangTogether() {
        Map<Outcome, Integer> seen = new EnumMap<>(Outcome.class);
        for (int seed = 0; seed < SCENES; seed++) {
            Random random = new Random(seed);
            RandomScene made = new RandomScene(random);
            Predictor predictor = new Predictor(made.scene());
            for (int i = 0; i < PAIRS; i++) {
                Place from = made.somebody();
                IpPort to = made.somewhere();
                Protocol protocol =
                        Protocol.values()[random.nextInt(4)].in(to.ip().family()); // SCTP too, which no Service has
                Flow chosen = predictor.flow(from, protocol, protocol.hasPorts() ? to : new IpPort(to.ip(), 0));
                Flow asked = new Flow(
                        protocol, new IpPort(chosen.source().ip(), random.nextInt(65536)), chosen.destination());
                Prediction prediction = predictor.predict(from, asked);
                check(prediction, from, asked, "seed " + seed + ", " + from + ", " + asked);
                seen.merge(prediction.outcome(), 1, Integer::sum);
            }
        }
        assertThat(seen.keySet()).as("all of them happened").containsExactlyInAnyOrder(Outcome.values());
    }

    private static void check(Prediction prediction, Place from, Flow asked, String about) {
        List<Hop> request = prediction.request();
        chained(request, asked, about);
        assertThat(request.getFirst().event()).as(about).isIn(begins(from));
        Outcome outcome = prediction.outcome();
        assertThat(request.getLast().event())
                .as(about)
                .isEqualTo(outcome == Outcome.DELIVERED ? Event.DELIVERED : Event.DROPPED);
        assertThat(prediction.reason().isEmpty()).as(about).isEqualTo(outcome == Outcome.DELIVERED);
        assertThat(request.subList(0, request.size() - 1))
                .as(about)
                .noneMatch(hop -> hop.event() == Event.DROPPED || hop.event() == Event.DELIVERED);
        if (prediction.reply().isEmpty()) {
            assertThat(outcome).as(about).isNotEqualTo(Outcome.DELIVERED);
            return;
        }
        assertThat(outcome).as(about).isNotEqualTo(Outcome.DROPPED);
        chained(prediction.reply(), request.getLast().after().reply(), about);
        Hop back = prediction.reply().getLast();
        assertThat(back.event()).as(about).isEqualTo(Event.DELIVERED);
        assertThat(back.after()).as(about).isEqualTo(asked.reply());
        assertThat(back.netns()).as(about).isEqualTo(from.isPod() ? from.pod() : "");
        assertThat(back.node()).as(about).isEqualTo(from.node());
        undone(prediction, about);
    }

    private static List<Event> begins(Place from) {
        return from.isPod()
                ? List.of(Event.LEFT, Event.DELIVERED, Event.DROPPED)
                : List.of(Event.ROUTED, Event.DNAT, Event.DROPPED);
    }

    private static void chained(List<Hop> hops, Flow first, String about) {
        Flow flow = first;
        for (Hop hop : hops) {
            assertThat(hop.before()).as(about).isEqualTo(flow);
            boolean translates =
                    List.of(Event.DNAT, Event.UNDNAT, Event.SNAT, Event.UNSNAT).contains(hop.event());
            assertThat(!hop.after().equals(hop.before()))
                    .as(about + " at " + hop)
                    .isEqualTo(translates);
            assertThat(hop.text()).as(about).isNotBlank();
            assertThat(hop.objects()).as(about).isNotEmpty().allMatch(o -> o.matches("(pod|svc)/.+/.+|node/.+"));
            flow = hop.after();
        }
    }

    /** Every translation is undone, at the node where it was made. */
    private static void undone(Prediction prediction, String about) {
        assertThat(nodes(prediction.reply(), Event.UNDNAT))
                .as(about)
                .isEqualTo(nodes(prediction.request(), Event.DNAT));
        assertThat(nodes(prediction.reply(), Event.UNSNAT))
                .as(about)
                .isEqualTo(nodes(prediction.request(), Event.SNAT));
    }

    private static List<String> nodes(List<Hop> hops, Event event) {
        return hops.stream().filter(hop -> hop.event() == event).map(Hop::node).toList();
    }

    /** Nodes with one pod CIDR a family, pods and Services at random; some endpoints are gone, some pods use the node's network. */
    private static final class RandomScene {
        private final Random random;
        private final Family family;
        private final List<Place> places = new ArrayList<>();
        private final List<IpPort> targets = new ArrayList<>();
        private ClusterPicture picture = ClusterPicture.EMPTY;

        RandomScene(Random random) {
            this.random = random;
            this.family = random.nextBoolean() ? Family.IPV4 : Family.IPV6;
            picture = picture.withServiceCidrs(
                    List.of(Prefix.of(family == Family.IPV4 ? "10.96.0.0/16" : "fd00:96::/112")));
            int nodes = 1 + random.nextInt(4);
            for (int node = 1; node <= nodes; node++) {
                node(node);
            }
            for (int service = 1; service <= 4; service++) {
                service(service);
            }
            targets.add(at("10.96.0.200", "fd00:96::200"));
            targets.add(at("192.0.2.1", "2001:db8::1"));
            targets.add(at("127.0.0.1", "::1"));
        }

        private IpPort at(String ipv4, String ipv6) {
            return new IpPort(Ip.of(family == Family.IPV4 ? ipv4 : ipv6), 80);
        }

        private void node(int number) {
            String name = "node-" + number;
            Ip own = at("172.30.0." + (number + 1), "fd30::" + (number + 1)).ip();
            Prefix podCidr =
                    Prefix.of(family == Family.IPV4 ? "10.244." + number + ".0/24" : "fd00:" + number + "::/64");
            picture = picture.with(new Node(name, List.of(own), List.of(podCidr)));
            places.add(new Place(name, "", List.of(own), "", ""));
            if (random.nextBoolean()) {
                places.add(new Place(name, "default/host-" + number, List.of(own), "", ""));
            }
            for (int pod = 2; pod < 2 + random.nextInt(4); pod++) {
                Ip ip = podCidr.first().plus(pod);
                places.add(new Place(name, "default/p" + number + "-" + pod, List.of(ip), "eth0", "v" + number + pod));
            }
            targets.add(new IpPort(podCidr.first().plus(1), 80));
            targets.add(new IpPort(podCidr.first().plus(77), 80));
            places.forEach(place -> targets.add(new IpPort(place.ips().getFirst(), 8080)));
        }

        private void service(int number) {
            ServiceName name = new ServiceName("default", "svc-" + number);
            IpPort address = at("10.96.0." + number, "fd00:96::" + number);
            List<Endpoint> endpoints = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                Place place = places.get(random.nextInt(places.size()));
                boolean gone = place.isPod() && random.nextInt(5) == 0;
                Ip ip = gone ? place.ips().getFirst().plus(50) : place.ips().getFirst();
                endpoints.add(Endpoint.ready(ip, place.node()).to(place.pod()));
            }
            picture = picture.with(
                            new Service(name, List.of(address.ip()), List.of(new ServicePort("", Protocol.TCP, 80))))
                    .with(
                            name,
                            new EndpointSlice("s", List.of(new EndpointSlice.Port("", Protocol.TCP, 8080)), endpoints));
            targets.add(address);
        }

        Scene scene() {
            return new Scene(picture, places, "fl0", "uplink");
        }

        Place somebody() {
            return places.get(random.nextInt(places.size()));
        }

        IpPort somewhere() {
            return targets.get(random.nextInt(targets.size()));
        }
    }
}
