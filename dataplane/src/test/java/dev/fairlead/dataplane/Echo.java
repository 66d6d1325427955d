package dev.fairlead.dataplane;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Protocol;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server on one port of a place, on all its addresses. Answers each line, or each datagram, with its own name, the source
 * that it saw, and what was said: {@code b 10.244.1.8 hello}.
 */
final class Echo implements AutoCloseable {
    private final AutoCloseable socket;
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    private Echo(AutoCloseable socket) {
        this.socket = socket;
    }

    static Echo serve(Place place, Protocol protocol, int port) {
        return protocol == Protocol.TCP ? tcp(place, port) : udp(place, port);
    }

    private static Echo tcp(Place place, int port) {
        ServerSocket server = place.netns().call(() -> new ServerSocket(port, 512));
        Echo echo = new Echo(server);
        echo.start(() -> {
            while (true) {
                Socket connection = server.accept();
                echo.connections.add(connection);
                echo.start(() -> answer(place.name(), connection));
            }
        });
        return echo;
    }

    private static void answer(String name, Socket connection) throws IOException {
        try (connection;
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String answer = name + " " + Ip.of(connection.getInetAddress()) + " " + line + "\n";
                connection.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static Echo udp(Place place, int port) {
        DatagramSocket server = place.netns().call(() -> new DatagramSocket(port));
        Echo echo = new Echo(server);
        echo.start(() -> {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
                server.receive(packet);
                String said = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
                byte[] answer =
                        (place.name() + " " + Ip.of(packet.getAddress()) + " " + said).getBytes(StandardCharsets.UTF_8);
                server.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        });
        return echo;
    }

    private interface Work {
        void run() throws IOException;
    }

    private void start(Work work) {
        threads.add(Thread.ofPlatform().daemon().name("echo").start(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // The socket was closed: by close(), or by whoever was at the other end.
            }
        }));
    }

    @Override
    public void close() {
        try {
            socket.close();
            for (Socket connection : connections) {
                connection.close();
            }
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
