package dev.fairlead.lab.node;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.lab.model.Probe.Check;
import dev.fairlead.packet.Ip;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Asks containers, as their node does: over HTTP and TCP from the node's own network namespace to the pod's address, and with a
 * program inside the container. What is wrong is said in the kubelet's words. Any thread; each question takes the calling one.
 *
 * @param node the node's network namespace
 */
record Questions(Netns node) {
    private static final int MOST_HEADER = 4096;

    /** @param text what was wrong; empty when nothing was */
    record Answer(boolean good, String text) {
        static final Answer GOOD = new Answer(true, "");

        static Answer bad(String text) {
            return new Answer(false, text);
        }
    }

    /** Runs a program inside the container. */
    interface Inside {
        /** @return its exit code and what it printed; no code when it took too long and was ended */
        Ran run(java.util.List<String> command, Duration patience);
    }

    record Ran(Optional<Integer> exitCode, String output) {}

    /** @param port from the port of a check, which may be a name, to its number; empty when no port has that name */
    Answer ask(
            Check check,
            Duration patience,
            Ip pod,
            java.util.function.Function<String, Optional<Integer>> port,
            Inside inside) {
        return switch (check) {
            case Check.Exec exec -> exec(exec, patience, inside);
            case Check.Http http ->
                port.apply(http.port())
                        .map(number -> http(http, target(http.host(), pod, number), patience))
                        .orElseGet(() -> noPort(http.port()));
            case Check.Tcp tcp ->
                port.apply(tcp.port())
                        .map(number -> tcp(target(tcp.host(), pod, number), patience))
                        .orElseGet(() -> noPort(tcp.port()));
            case Check.Sleep sleep -> {
                sleep(sleep.time().compareTo(patience) < 0 ? sleep.time() : patience);
                yield Answer.GOOD;
            }
        };
    }

    private static Answer noPort(String name) {
        return Answer.bad("couldn't find port: " + name);
    }

    private static void sleep(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Answer exec(Check.Exec exec, Duration patience, Inside inside) {
        try {
            Ran ran = inside.run(exec.command(), patience);
            if (ran.exitCode().isEmpty()) {
                return Answer.bad("command timed out: \"" + String.join(" ", exec.command()) + "\" timed out after "
                        + patience.toSeconds() + "s");
            }
            return ran.exitCode().get() == 0 ? Answer.GOOD : Answer.bad(ran.output());
        } catch (KernelException | IllegalArgumentException | IllegalStateException | UncheckedIOException e) {
            return Answer.bad("rpc error: code = Unknown desc = failed to exec in container: " + e.getMessage());
        }
    }

    private static InetSocketAddress target(String host, Ip pod, int port) {
        Ip address = host.isEmpty() ? pod : Ip.parse(host).orElse(pod);
        return new InetSocketAddress(address.toInetAddress(), port);
    }

    private Answer tcp(InetSocketAddress to, Duration patience) {
        try (SocketChannel channel = open()) {
            connect(channel, to, patience);
            return Answer.GOOD;
        } catch (IOException e) {
            return Answer.bad(why(to, e));
        }
    }

    private Answer http(Check.Http http, InetSocketAddress to, Duration patience) {
        String url = "http://" + text(to) + http.path();
        try (SocketChannel channel = open()) {
            Socket socket = connect(channel, to, patience);
            socket.getOutputStream().write(request(http, to).getBytes(StandardCharsets.UTF_8));
            int status = status(socket.getInputStream());
            return status >= 200 && status < 400
                    ? Answer.GOOD
                    : Answer.bad("HTTP probe failed with statuscode: " + status);
        } catch (SocketTimeoutException e) {
            return Answer.bad(
                    "Get \"" + url + "\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
        } catch (IOException e) {
            return Answer.bad("Get \"" + url + "\": " + why(to, e));
        }
    }

    private static String request(Check.Http http, InetSocketAddress to) {
        StringBuilder request = new StringBuilder("GET " + http.path() + " HTTP/1.1\r\n");
        Map<String, String> headers = http.headers();
        if (headers.keySet().stream().noneMatch("host"::equalsIgnoreCase)) {
            request.append("Host: ").append(text(to)).append("\r\n");
        }
        headers.forEach(
                (name, value) -> request.append(name).append(": ").append(value).append("\r\n"));
        return request.append("User-Agent: kube-probe/1.33\r\nAccept: */*\r\nConnection: close\r\n\r\n")
                .toString();
    }

    /** From {@code HTTP/1.1 200 OK}. */
    private static int status(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (line.length() == MOST_HEADER) {
                throw new IOException("malformed HTTP response");
            }
            line.append((char) c);
        }
        String[] words = line.toString().strip().split(" ", 3);
        if (line.isEmpty()) {
            throw new IOException("EOF");
        }
        if (words.length < 2 || !words[0].startsWith("HTTP/") || !words[1].matches("[0-9]{3}")) {
            throw new IOException("malformed HTTP response \"" + line.toString().strip() + "\"");
        }
        return Integer.parseInt(words[1]);
    }

    /** The socket belongs to the node, whoever uses it. */
    private SocketChannel open() {
        return node.call(SocketChannel::open);
    }

    private static Socket connect(SocketChannel channel, InetSocketAddress to, Duration patience) throws IOException {
        Socket socket = channel.socket();
        int millis = Math.toIntExact(patience.toMillis());
        socket.connect(to, millis);
        socket.setSoTimeout(millis);
        return socket;
    }

    private static String why(InetSocketAddress to, IOException e) {
        String dial = "dial tcp " + text(to) + ": ";
        return switch (e) {
            case SocketTimeoutException _ -> dial + "i/o timeout";
            case ConnectException refused -> dial + "connect: " + lower(refused);
            case NoRouteToHostException unreachable -> dial + "connect: " + lower(unreachable);
            default -> String.valueOf(e.getMessage());
        };
    }

    private static String lower(IOException e) {
        return String.valueOf(e.getMessage()).toLowerCase(java.util.Locale.ROOT);
    }

    private static String text(InetSocketAddress to) {
        String address = to.getAddress().getHostAddress();
        return (address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + to.getPort();
    }
}
