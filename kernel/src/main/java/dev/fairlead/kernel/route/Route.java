package dev.fairlead.kernel.route;

import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.util.List;

/**
 * A route. Prints as {@code ip route show} prints it: {@code 10.244.2.0/24 via 192.168.0.3 dev eth0 proto 250}.
 *
 * <pre>{@code
 * Route.unicast(podCidr).via(node).device(eth0).withMtu(1450)
 * Route.unreachable(serviceCidr).withMetric(1000)
 * }</pre>
 *
 * @param destination without host bits; of length 0 for the default route
 * @param source of length 0 for any, which is the usual
 * @param hops empty for those that lead nowhere; more than one for a multipath route
 * @param preferredSource own address to send from; unspecified to let the kernel choose
 * @param metric lower wins; 0 for none (IPv6 then takes 1024)
 * @param flags {@code RTM_F_*} as read; those of a single next hop are in the hop
 * @param rest attributes that aren't known here, written back as they came
 */
public record Route(
        RouteType type,
        Prefix destination,
        Prefix source,
        int tos,
        List<NextHop> hops,
        RouteTable table,
        RouteProtocol protocol,
        Scope scope,
        Ip preferredSource,
        long metric,
        int flags,
        RouteMetrics metrics,
        List<Attribute> rest) {

    public Route {
        if (!destination.isNetwork()) {
            throw new IllegalArgumentException(
                    "a route's destination has no host bits: " + destination + " should be " + destination.network());
        }
        hops = List.copyOf(hops);
        rest = List.copyOf(rest);
    }

    /** To a network; needs {@link #device} or {@link #via}, or both. */
    public static Route unicast(Prefix destination) {
        Scope direct = destination.family() == Family.IPV4 ? Scope.LINK : Scope.UNIVERSE;
        Ip none = unspecified(destination.family());
        return of(RouteType.UNICAST, destination, RouteTable.MAIN, direct)
                .withHops(List.of(new NextHop(none, 0, 1, 0)));
    }

    /** To everywhere that has no route of its own. */
    public static Route defaultRoute(Family family) {
        return unicast(everything(family));
    }

    /** Taken by this machine; of scope host, in the table local, as the kernel's own are. Needs {@link #device}. */
    public static Route local(Prefix destination) {
        Scope scope = destination.family() == Family.IPV4 ? Scope.HOST : Scope.UNIVERSE;
        Ip none = unspecified(destination.family());
        return of(RouteType.LOCAL, destination, RouteTable.LOCAL, scope).withHops(List.of(new NextHop(none, 0, 1, 0)));
    }

    public static Route blackhole(Prefix destination) {
        return of(RouteType.BLACKHOLE, destination, RouteTable.MAIN, Scope.UNIVERSE);
    }

    public static Route unreachable(Prefix destination) {
        return of(RouteType.UNREACHABLE, destination, RouteTable.MAIN, Scope.UNIVERSE);
    }

    public static Route prohibit(Prefix destination) {
        return of(RouteType.PROHIBIT, destination, RouteTable.MAIN, Scope.UNIVERSE);
    }

    /** Sends the search on to the next rule. */
    public static Route elsewhere(Prefix destination) {
        return of(RouteType.THROW, destination, RouteTable.MAIN, Scope.UNIVERSE);
    }

    private static Route of(RouteType type, Prefix destination, RouteTable table, Scope scope) {
        Family family = destination.family();
        return new Route(
                type,
                destination,
                everything(family),
                0,
                List.of(),
                table,
                RouteProtocol.FAIRLEAD,
                scope,
                unspecified(family),
                0,
                0,
                RouteMetrics.NONE,
                List.of());
    }

    static Prefix everything(Family family) {
        return new Prefix(unspecified(family), 0);
    }

    static Ip unspecified(Family family) {
        return Ip.of(new byte[family.bytes()]);
    }

    /** Reads an {@code RTM_NEWROUTE} or {@code RTM_DELROUTE}. */
    public static Route decode(Message message) {
        return RouteCodec.decode(message);
    }

    public Family family() {
        return destination.family();
    }

    public boolean isDefault() {
        return destination.length() == 0;
    }

    /** The only next hop's gateway; unspecified when there is none or there are several. */
    public Ip gateway() {
        return hops.size() == 1 ? hops.getFirst().gateway() : unspecified(family());
    }

    /** Index of the only next hop's link; 0 when there is none or there are several. */
    public int device() {
        return hops.size() == 1 ? hops.getFirst().device() : 0;
    }

    /** Sends to this router. */
    public Route via(Ip gateway) {
        Route routed = scope.equals(Scope.LINK) ? withScope(Scope.UNIVERSE) : this;
        return routed.withHops(List.of(hop().withGateway(gateway)));
    }

    /** Sends out of the link with this index. */
    public Route device(int index) {
        return withHops(List.of(hop().withDevice(index)));
    }

    /** Takes the gateway to be on the link even when no address of the link says so. */
    public Route onlink() {
        return withHops(List.of(hop().withFlags(hop().flags() | Rta.FLAG_ONLINK)));
    }

    private NextHop hop() {
        return hops.size() == 1 ? hops.getFirst() : new NextHop(unspecified(family()), 0, 1, 0);
    }

    public Route withHops(List<NextHop> value) {
        return new Route(
                type,
                destination,
                source,
                tos,
                value,
                table,
                protocol,
                scope,
                preferredSource,
                metric,
                flags,
                metrics,
                rest);
    }

    public Route withTable(RouteTable value) {
        return new Route(
                type,
                destination,
                source,
                tos,
                hops,
                value,
                protocol,
                scope,
                preferredSource,
                metric,
                flags,
                metrics,
                rest);
    }

    public Route withProtocol(RouteProtocol value) {
        return new Route(
                type,
                destination,
                source,
                tos,
                hops,
                table,
                value,
                scope,
                preferredSource,
                metric,
                flags,
                metrics,
                rest);
    }

    public Route withScope(Scope value) {
        return new Route(
                type,
                destination,
                source,
                tos,
                hops,
                table,
                protocol,
                value,
                preferredSource,
                metric,
                flags,
                metrics,
                rest);
    }

    public Route withPreferredSource(Ip value) {
        return new Route(
                type, destination, source, tos, hops, table, protocol, scope, value, metric, flags, metrics, rest);
    }

    public Route withMetric(long value) {
        return new Route(
                type,
                destination,
                source,
                tos,
                hops,
                table,
                protocol,
                scope,
                preferredSource,
                value,
                flags,
                metrics,
                rest);
    }

    public Route withMetrics(RouteMetrics value) {
        return new Route(
                type,
                destination,
                source,
                tos,
                hops,
                table,
                protocol,
                scope,
                preferredSource,
                metric,
                flags,
                value,
                rest);
    }

    /** Packets on this route are at most this long, whatever the link could carry. */
    public Route withMtu(int bytes) {
        return withMetrics(metrics.withMtu(bytes));
    }

    /**
     * As {@code ip route show table all} prints it. A multipath route has a line more for each next hop; the answer to a
     * look-up has a second line, as {@code ip route get} prints.
     */
    public String text(DeviceNames names) {
        return RouteText.of(this, names);
    }

    @Override
    public String toString() {
        return text(DeviceNames.NUMBERS);
    }
}
