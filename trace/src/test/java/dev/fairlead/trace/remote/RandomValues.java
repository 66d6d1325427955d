package dev.fairlead.trace.remote;

import dev.fairlead.kernel.nftables.TableFamily;
import dev.fairlead.kernel.nftables.TraceEvent;
import dev.fairlead.kernel.nftables.expression.Verdict;
import dev.fairlead.kernel.tap.Frame;
import dev.fairlead.kernel.tap.PacketType;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.trace.observe.Device;
import dev.fairlead.trace.observe.Findings;
import dev.fairlead.trace.observe.KernelDrop;
import dev.fairlead.trace.observe.KernelDrops;
import dev.fairlead.trace.observe.NodeFacts;
import dev.fairlead.trace.observe.Packet;
import dev.fairlead.trace.observe.Pass;
import dev.fairlead.trace.observe.Sight;
import dev.fairlead.trace.observe.Spot;
import dev.fairlead.trace.observe.Step;
import dev.fairlead.trace.observe.Taken;
import dev.fairlead.trace.observe.Watch;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Values as nodes' eyes have them, by lot. */
record RandomValues(SplittableRandom random) {

    Watch watch() {
        Flow flow = flow();
        return new Watch(
                "node-1",
                flow,
                List.of(flow.destination(), address(random.nextBoolean())),
                some(() -> address(flow.source().ip().isIpv4()).ip()),
                List.of(
                        new Watch.Watched(new Spot("node-1", "default/a", "eth0", Spot.Role.POD), "/proc/7/ns/net"),
                        new Watch.Watched(new Spot("node-1", "", "veth \"7\"ü", Spot.Role.PORT), ""),
                        new Watch.Watched(new Spot("node-1", "", "uplink", Spot.Role.UPLINK), "")));
    }

    Flow flow() {
        boolean ipv4 = random.nextBoolean();
        if (random.nextInt(3) == 0) {
            Flow echo = Flow.echo(address(ipv4).ip(), address(ipv4).ip(), random.nextInt(65_536));
            return random.nextBoolean() ? echo : echo.reply();
        }
        return new Flow(random.nextBoolean() ? Protocol.TCP : Protocol.UDP, address(ipv4), address(ipv4));
    }

    private IpPort address(boolean ipv4) {
        byte[] bytes = new byte[ipv4 ? 4 : 16];
        random.nextBytes(bytes);
        return new IpPort(Ip.of(bytes), random.nextInt(65_536));
    }

    private <T> T one(T[] of) {
        return of[random.nextInt(of.length)];
    }

    private <T> List<T> some(Supplier<T> of) {
        return Stream.generate(of).limit(random.nextInt(4)).toList();
    }

    private Sight sight(Watch watch) {
        byte[] frame = new byte[random.nextInt(Frame.SNAP + 1)];
        random.nextBytes(frame);
        return new Sight(
                random.nextLong(Long.MAX_VALUE),
                watch.devices().get(random.nextInt(3)).spot(),
                one(PacketType.values()),
                new Frame(frame, frame.length + random.nextInt(3000)));
    }

    List<Sight> sights(Watch watch) {
        return some(() -> sight(watch));
    }

    Step step() {
        return new Step(
                random.nextLong(1L << 32),
                one(TableFamily.values()),
                "table-" + random.nextInt(9),
                "chain →" + random.nextInt(9),
                one(TraceEvent.Kind.values()),
                random.nextLong(Long.MAX_VALUE),
                random.nextBoolean() ? Verdict.jump("service-\"x\"") : new Verdict(random.nextInt(), ""));
    }

    private Packet packet() {
        return new Packet(
                flow(),
                random.nextInt(512),
                random.nextLong(1L << 32),
                random.nextLong(1L << 32),
                random.nextInt(Integer.MAX_VALUE),
                random.nextBoolean()
                        ? Optional.empty()
                        : Optional.of(new Packet.IcmpError(address(true).ip(), "port unreachable")));
    }

    Taken route() {
        return new Taken(
                "10.0.0.0/8 via \"ü\"\n",
                random.nextBoolean() ? "" : "uplink",
                address(random.nextBoolean()).ip());
    }

    private Device device() {
        String name = "veth" + random.nextInt(99);
        return new Device(name, random.nextInt(70_000), random.nextBoolean(), "7: " + name + ": <UP> mtu 1500 …");
    }

    private Pass pass() {
        return new Pass(
                packet(),
                random.nextBoolean() ? "" : "fl0",
                random.nextBoolean() ? "" : "uplink",
                Stream.concat(Stream.of(step()), some(this::step).stream()).toList());
    }

    private KernelDrop drop() {
        return new KernelDrop(
                packet(),
                random.nextLong(Long.MAX_VALUE),
                random.nextBoolean() ? "" : "default/a",
                "NO_SOCKET",
                "udp_queue_rcv_one_skb [ü]");
    }

    Findings findings(Watch watch) {
        return new Findings(
                sights(watch),
                new NodeFacts(
                        watch.node(),
                        some(this::pass),
                        some(() -> new NodeFacts.Remembered(flow(), flow())),
                        some(this::device),
                        new KernelDrops(some(this::drop), random.nextBoolean() ? "" : "not all \"was\" told"),
                        random.nextBoolean()),
                random.nextLong(1000));
    }
}
