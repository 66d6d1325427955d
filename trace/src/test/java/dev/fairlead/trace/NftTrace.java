package dev.fairlead.trace;

import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hops of one packet in one namespace, from what {@code nft monitor trace} tells of the chains of {@link TracedNodes}'s
 * witness. Confined to one call of {@link #hops}.
 */
final class NftTrace {
    private static final Pattern PACKET = Pattern.compile("trace id \\w+ (\\w+ w \\w+) packet: (.*)");
    private static final Pattern ADDRESSES =
            Pattern.compile("ip6? saddr (\\S+) ip6? daddr (\\S+) .*tcp sport (\\d+) tcp dport (\\d+)");
    /** nft has no name for the identifier of ICMPv6, and prints it with the number that follows it. */
    private static final Pattern ECHO =
            Pattern.compile("ip6? saddr (\\S+) ip6? daddr (\\S+) .*icmp(?:v6)? type echo-(request|reply)"
                    + " .*?icmp(?:v6)? (id|parameter-problem) (\\d+)");

    private static final Pattern IIF = Pattern.compile("\\biif \"([^\"]+)\"");
    private static final Pattern OIF = Pattern.compile("\\boif \"([^\"]+)\"");

    private final String node;
    private final String netns;
    private final boolean reply;
    private final List<Hop> hops = new ArrayList<>();
    /** Empty until the packet's first line is told, without which none of its hops count. */
    private Optional<Flow> flow = Optional.empty();

    private boolean ofProcess;
    private String port = "";

    private NftTrace(Place place, boolean reply) {
        this.node = place.node();
        this.netns = place.isPod() ? place.pod() : "";
        this.reply = reply;
    }

    /** @param reply whether to follow the answer, which is known by not being a bare SYN, or by being an echo reply */
    static List<Hop> hops(Place place, boolean reply, List<String> lines) {
        NftTrace trace = new NftTrace(place, reply);
        for (String line : lines) {
            Matcher packet = PACKET.matcher(line);
            Optional<Flow> flow =
                    packet.matches() ? segment(reply, line).or(() -> echo(reply, line)) : Optional.empty();
            flow.ifPresent(now -> trace.met(place, packet.group(1), now, line));
        }
        trace.outByPort();
        return trace.hops;
    }

    private static Optional<Flow> segment(boolean reply, String line) {
        Matcher addresses = ADDRESSES.matcher(line);
        return addresses.find() && line.contains("tcp flags == syn ") != reply
                ? Optional.of(new Flow(
                        Protocol.TCP,
                        new IpPort(Ip.of(addresses.group(1)), Integer.parseInt(addresses.group(3))),
                        new IpPort(Ip.of(addresses.group(2)), Integer.parseInt(addresses.group(4)))))
                : Optional.empty();
    }

    private static Optional<Flow> echo(boolean reply, String line) {
        Matcher echo = ECHO.matcher(line);
        if (!echo.find() || echo.group(3).equals("reply") != reply) {
            return Optional.empty();
        }
        long number = Long.parseLong(echo.group(5));
        int id = (int) (echo.group(4).equals("id") ? number : number >> 16);
        Ip source = Ip.of(echo.group(1));
        Ip destination = Ip.of(echo.group(2));
        return Optional.of(reply ? Flow.echo(destination, source, id).reply() : Flow.echo(source, destination, id));
    }

    private void met(Place place, String chain, Flow now, String line) {
        if (place.isPod()) {
            inPod(chain, now, first(IIF, line), first(OIF, line));
        } else {
            inNode(chain, now, first(IIF, line), first(OIF, line));
        }
    }

    private static String first(Pattern pattern, String line) {
        Matcher matcher = pattern.matcher(line);
        return matcher.find() ? matcher.group(1) : "";
    }

    private void inPod(String chain, Flow now, String iif, String oif) {
        if (chain.equals("inet w out") && !oif.equals("lo")) {
            hop(Event.LEFT, oif, now, now);
        } else if (chain.equals("inet w in")) {
            hop(Event.DELIVERED, iif, now, now);
        }
    }

    private void inNode(String chain, Flow now, String iif, String oif) {
        switch (chain) {
            case "bridge w pre" -> entered(iif, now);
            case "inet w pre" -> {
                if (iif.equals("uplink")) {
                    entered(iif, now);
                }
            }
            case "inet w out" -> {
                ofProcess = true;
                flow = Optional.of(now);
            }
            case "inet w pre2", "inet w out2" -> destinationBecomes(now);
            case "inet w forward2" -> {
                if (!iif.equals(oif) || !iif.equals("fl0")) { // the bridge shows what it only switches
                    routed(oif);
                }
            }
            case "inet w in" -> {
                if (!iif.equals("lo")) {
                    routed("");
                }
                sourceBecomes(now);
                hop(Event.DELIVERED, "", now, now);
            }
            case "inet w post" -> {
                if (ofProcess) {
                    routed(oif);
                }
                sourceBecomes(now);
                if (oif.equals("uplink")) {
                    hop(Event.LEFT, oif, now, now);
                }
            }
            case "bridge w post" -> port = oif;
            default -> throw new AssertionError("the witness has no chain " + chain);
        }
    }

    private void entered(String device, Flow now) {
        hop(Event.ENTERED, device, now, now);
        flow = Optional.of(now);
        ofProcess = false; // though the node may have sent it before
    }

    private void routed(String device) {
        flow.ifPresent(now -> hop(Event.ROUTED, device, now, now));
    }

    private void destinationBecomes(Flow now) {
        becomes(reply ? Event.UNSNAT : Event.DNAT, now);
    }

    private void sourceBecomes(Flow now) {
        becomes(reply ? Event.UNDNAT : Event.SNAT, now);
    }

    private void becomes(Event event, Flow now) {
        Flow before = flow.orElse(now);
        if (!before.equals(now)) {
            hop(event, "", before, now);
            flow = Optional.of(now);
        }
    }

    /** Told at the end: for bridged packets the IP hooks come after the bridge's, and change the source there. */
    private void outByPort() {
        if (!port.isEmpty()) {
            flow.ifPresent(now -> hop(Event.BRIDGED, port, now, now));
        }
    }

    private void hop(Event event, String device, Flow before, Flow after) {
        hops.add(new Hop(OptionalLong.empty(), node, netns, device, event, before, after, List.of(), "", List.of()));
    }
}
