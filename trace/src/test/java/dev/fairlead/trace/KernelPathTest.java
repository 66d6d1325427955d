package dev.fairlead.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.icmp.EchoSocket;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * Predictions beside what a real kernel does. The places are those of {@link TwoNodeScene}, made by {@link TracedNodes} with
 * {@code ip} and {@code nft}; a real connection is made from each, or an echo request sent, and what its first packet and the
 * answer met in each namespace must be what was predicted, in that order. Between namespaces the order is that of the addresses, which the property test holds.
 */
@RealKernel
class KernelPathTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** For the monitors' last lines; short, since many rows may differ at once. */
    private static final Duration LAST_LINES = Duration.ofSeconds(3);

    /** Less than TCP waits before it sends again, so there is one packet to follow. */
    private static final int SILENCE_MS = 500;

    private static final String TABLE = """
            client a:8080         delivered
            client b:8080         delivered
            client client:8080    delivered
            client here:80        delivered
            client there:80       delivered
            a      here:80        delivered
            a      there:80       delivered
            b      here:80        delivered
            b      there:80       delivered
            client hosted:80      delivered
            b      hosted:80      delivered
            client node-1:9090    delivered
            client bridge-1:9090  delivered
            b      node-1:9090    delivered
            b      bridge-1:9090  delivered
            node-1 a:8080         delivered
            node-1 b:8080         delivered
            node-1 here:80        delivered
            node-1 there:80       delivered
            node-1 hosted:80      delivered
            node-1 node-1:9090    delivered
            node-2 node-1:9090    delivered
            node-2 hosted:80      delivered
            client nobody:80      refused
            client here:81        refused
            node-1 nobody:80      refused
            client node-1:30011   delivered
            client node-1:30012   delivered
            client node-2:30011   delivered
            client node-2:30012   delivered
            a      node-1:30011   delivered
            a      node-2:30011   delivered
            b      node-1:30011   delivered
            b      node-1:30012   delivered
            node-1 node-1:30011   delivered
            node-1 node-1:30012   delivered
            node-2 node-1:30011   delivered
            node-2 node-1:30012   delivered
            client node-1:30077   refused
            client node-2:30077   refused
            node-1 node-1:30077   refused
            node-2 node-1:30077   refused
            client unknown:80     dropped
            node-1 unknown:80     dropped
            """;

    /** Of echo requests; the ICMP error that refuses one is not among what the witness is to tell. */
    private static final String ECHOES = """
            client a        delivered
            client b        delivered
            client client   delivered
            client node-1   delivered
            client node-2   delivered
            client bridge-1 delivered
            client bridge-2 delivered
            b      client   delivered
            b      node-1   delivered
            node-1 a        delivered
            node-1 b        delivered
            node-1 node-1   delivered
            node-1 node-2   delivered
            node-2 client   delivered
            client here     refused
            client hosted   refused
            client nobody   refused
            node-1 there    refused
            client unknown  dropped
            """;

    private final Predictor predictor = new Predictor(TwoNodeScene.scene());
    private int nextPort = 20_000;

    @Test
    void predictionAndKernelAgree(TestNamespaces namespaces) throws IOException {
        List<String> wrong = new ArrayList<>();
        try (TracedNodes nodes = new TracedNodes(namespaces)) {
            nodes.awaitMonitors(PATIENCE);
            for (String line : TABLE.lines().toList()) {
                String[] words = line.split(" +", 3);
                for (Family family : Family.values()) {
                    String difference = difference(nodes, words[0], TwoNodeScene.to(words[1], family), words[2]);
                    if (!difference.isEmpty()) {
                        wrong.add(line + " (" + family + ")\n" + difference);
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void predictionAndKernelAgreeOnEchoRequests(TestNamespaces namespaces) throws IOException {
        List<String> wrong = new ArrayList<>();
        try (TracedNodes nodes = new TracedNodes(namespaces)) {
            nodes.awaitMonitors(PATIENCE);
            for (String line : ECHOES.lines().toList()) {
                String[] words = line.split(" +", 3);
                for (Family family : Family.values()) {
                    String difference =
                            echoDifference(nodes, words[0], TwoNodeScene.to(words[1] + ":0", family), words[2]);
                    if (!difference.isEmpty()) {
                        wrong.add(line + " (" + family + ")\n" + difference);
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private String echoDifference(TracedNodes nodes, String from, IpPort to, String expected) {
        Place place = TwoNodeScene.place(from);
        Ip source = predictor
                .flow(place, Protocol.ICMP.in(to.ip().family()), to)
                .source()
                .ip();
        try (EchoSocket socket = EchoSocket.open(nodes.netns(from), source, to.ip(), false)) {
            Prediction prediction = predictor.predict(place, Flow.echo(source, to.ip(), socket.id()));
            nodes.forget();
            return difference(nodes, prediction, ping(socket), expected);
        }
    }

    private static String ping(EchoSocket socket) {
        try {
            socket.send(1, new byte[56]);
            return socket.await(1, Duration.ofMillis(SILENCE_MS)) ? "delivered" : "dropped";
        } catch (SyscallException e) {
            return "refused";
        }
    }

    private String difference(TracedNodes nodes, String from, IpPort to, String expected) {
        Place place = TwoNodeScene.place(from);
        IpPort source =
                new IpPort(predictor.flow(place, Protocol.TCP, to).source().ip(), nextPort++);
        Prediction prediction = predictor.predict(place, new Flow(Protocol.TCP, source, to));
        nodes.forget();
        return difference(nodes, prediction, connect(nodes, from, source.port(), to), expected);
    }

    private static String difference(TracedNodes nodes, Prediction prediction, String happened, String expected) {
        String predicted = prediction.outcome().name().toLowerCase(Locale.ROOT);
        if (!happened.equals(expected) || !predicted.equals(expected)) {
            return "the kernel says " + happened + ", predicted was " + predicted;
        }
        try {
            Poll.until(LAST_LINES, () -> against(nodes, prediction).isEmpty(), () -> against(nodes, prediction));
            return "";
        } catch (AssertionError e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static String connect(TracedNodes nodes, String from, int port, IpPort to) {
        return nodes.netns(from).call(() -> {
            try (Socket socket = new Socket()) {
                socket.bind(new InetSocketAddress(port));
                socket.connect(new InetSocketAddress(to.ip().toInetAddress(), to.port()), SILENCE_MS);
                return "delivered";
            } catch (ConnectException e) {
                return "refused";
            } catch (SocketTimeoutException e) {
                return "dropped";
            }
        });
    }

    // ---- side by side

    private static String against(TracedNodes nodes, Prediction prediction) {
        StringBuilder different = new StringBuilder();
        nodes.told().forEach((name, lines) -> {
            Place place = TwoNodeScene.place(name);
            compare(prediction.request(), NftTrace.hops(place, false, lines), place, different);
            boolean error =
                    prediction.reply().stream().anyMatch(hop -> hop.text().contains("ICMP error"));
            compare(error ? List.of() : prediction.reply(), NftTrace.hops(place, true, lines), place, different);
        });
        return different.toString();
    }

    private static void compare(List<Hop> predicted, List<Hop> seen, Place place, StringBuilder different) {
        List<Hop> here = predicted.stream()
                .filter(hop -> hop.node().equals(place.node()) && hop.netns().equals(place.pod()))
                .filter(KernelPathTest::isTold)
                .toList();
        boolean agree = here.size() == seen.size();
        for (int i = 0; agree && i < seen.size(); i++) {
            agree = here.get(i).agrees(seen.get(i));
        }
        if (!agree) {
            different
                    .append("predicted")
                    .append(shown(here))
                    .append("\nseen     ")
                    .append(shown(seen))
                    .append('\n');
        }
    }

    /** A dropped packet meets no further chain, and a reset to a pod is put onto its port without any. */
    private static boolean isTold(Hop hop) {
        return hop.event() != Event.DROPPED && !hop.text().contains("TCP reset");
    }

    private static String shown(List<Hop> hops) {
        StringBuilder text = new StringBuilder();
        hops.forEach(hop -> text.append("\n    ")
                .append(hop.place())
                .append(' ')
                .append(hop.event())
                .append(' ')
                .append(hop.device())
                .append(' ')
                .append(hop.before())
                .append(" => ")
                .append(hop.after()));
        return text.toString();
    }
}
