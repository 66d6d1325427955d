package dev.fairlead.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a record says survives being written and read, attributes that nobody here knows included. */
class RoundTripTest {
    private static final int ROUNDS = 2_000;
    private static final long SEED = 20_260_101;

    /** No attribute of any family here has so high a number. */
    private static final int UNKNOWN = 200;

    private final Random random = new Random(SEED);

    @Test
    void routes() {
        for (int i = 0; i < ROUNDS; i++) {
            Route route = route();
            Message message = new Message(Rtm.RTM_NEWROUTE, 0, 0, RouteCodec.encode(route));
            assertThat(Route.decode(message)).as("round %d: %s", i, route).isEqualTo(route);
        }
    }

    @Test
    void addresses() {
        for (int i = 0; i < ROUNDS; i++) {
            Family family = family();
            Address address = new Address(
                    random.nextInt(1, 1000),
                    new Prefix(ip(family), random.nextInt(family.bits() + 1)),
                    ip(family),
                    family == Family.IPV4 && random.nextBoolean() ? ip(family) : Route.unspecified(family),
                    new Scope(random.nextInt(256)),
                    random.nextInt(1 << 12),
                    random.nextBoolean() ? "" : "label" + random.nextInt(100),
                    unknown());
            assertThat(Address.decode(new Message(Rtm.RTM_NEWADDR, 0, 0, address.encode())))
                    .as("round %d: %s", i, address)
                    .isEqualTo(address);
        }
    }

    @Test
    void neighbours() {
        for (int i = 0; i < ROUNDS; i++) {
            NeighbourState state = new NeighbourState(1 << random.nextInt(8));
            Neighbour neighbour = new Neighbour(
                    ip(family()),
                    random.nextInt(1, 1000),
                    state.isValid() ? mac() : new Mac(0),
                    state,
                    random.nextInt(256),
                    unknown());
            assertThat(Neighbour.decode(new Message(Rtm.RTM_NEWNEIGH, 0, 0, neighbour.encode())))
                    .as("round %d: %s", i, neighbour)
                    .isEqualTo(neighbour);
        }
    }

    @Test
    void forwardingEntries() {
        for (int i = 0; i < ROUNDS; i++) {
            FdbEntry entry = new FdbEntry(
                    mac(),
                    random.nextInt(1, 1000),
                    0,
                    random.nextBoolean() ? ip(family()) : Ip.of("0.0.0.0"),
                    random.nextInt(4096),
                    new NeighbourState(random.nextInt(256)),
                    random.nextInt(256),
                    unknown());
            assertThat(FdbEntry.decode(new Message(Rtm.RTM_NEWNEIGH, 0, 0, entry.encode())))
                    .as("round %d: %s", i, entry)
                    .isEqualTo(entry);
        }
    }

    private Route route() {
        Family family = family();
        List<NextHop> hops = new ArrayList<>();
        int several = random.nextInt(4);
        for (int i = 0; i < several; i++) {
            Ip gateway = random.nextInt(3) == 0
                    ? Route.unspecified(family)
                    : ip(random.nextInt(4) == 0 ? Family.IPV6 : family);
            int weight = several == 1 ? 1 : random.nextInt(1, 257);
            hops.add(new NextHop(gateway, random.nextInt(1, 100), weight, random.nextInt(128)));
        }
        RouteMetrics metrics = RouteMetrics.NONE;
        for (int i = random.nextInt(3); i > 0; i--) {
            metrics = metrics.with(random.nextInt(1, 16), random.nextLong(1L << 32));
        }
        return new Route(
                new RouteType(random.nextInt(12)),
                new Prefix(ip(family), random.nextInt(family.bits() + 1)).network(),
                random.nextInt(4) == 0
                        ? new Prefix(ip(family), random.nextInt(1, family.bits() + 1))
                        : Route.everything(family),
                random.nextInt(256),
                hops,
                new RouteTable(random.nextBoolean() ? random.nextInt(1, 256) : random.nextLong(256, 1L << 32)),
                new RouteProtocol(random.nextInt(256)),
                new Scope(random.nextInt(256)),
                random.nextBoolean() ? ip(family) : Route.unspecified(family),
                random.nextBoolean() ? 0 : random.nextLong(1L << 32),
                random.nextInt(8) << 8,
                metrics,
                unknown());
    }

    private List<Attribute> unknown() {
        Encoder encoder = new Encoder();
        for (int i = random.nextInt(3); i > 0; i--) {
            byte[] payload = new byte[random.nextInt(20)];
            random.nextBytes(payload);
            encoder.attribute((random.nextBoolean() ? 0x8000 : 0) | UNKNOWN + random.nextInt(10), payload);
        }
        List<Attribute> attributes = new ArrayList<>();
        Attributes.parse(encoder.toBytes(), 0).forEach(attributes::add);
        return attributes;
    }

    private Family family() {
        return random.nextBoolean() ? Family.IPV4 : Family.IPV6;
    }

    /** Never the unspecified address, which means "none". */
    private Ip ip(Family family) {
        byte[] bytes = new byte[family.bytes()];
        random.nextBytes(bytes);
        bytes[0] |= 1;
        return Ip.of(bytes);
    }

    private Mac mac() {
        return new Mac(random.nextLong(1, 1L << 48));
    }
}
