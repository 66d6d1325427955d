package dev.fairlead.agent;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Ip;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A server that tells its name and the source that it sees, and the asking of it; sockets are opened in namespaces. */
final class Chat implements AutoCloseable {
    private static final int PATIENCE = 2000;

    /** For what is expected to be silent. */
    private static final int SHORT = 300;

    private final AutoCloseable socket;
    private final Thread thread;

    private interface Work {
        void run() throws IOException;
    }

    private Chat(AutoCloseable socket, Work work) {
        this.socket = socket;
        this.thread = Thread.ofPlatform().daemon().name("chat").start(() -> {
            try {
                while (true) {
                    work.run();
                }
            } catch (IOException e) {
                // closed
            }
        });
    }

    static Chat serve(String name, Netns where, boolean tcp, int port) {
        if (tcp) {
            ServerSocket server = where.call(() -> new ServerSocket(port));
            return new Chat(server, () -> {
                try (Socket caller = server.accept()) {
                    caller.getOutputStream().write(text(name, caller.getInetAddress()));
                }
            });
        }
        DatagramSocket server = where.call(() -> new DatagramSocket(port));
        return new Chat(server, () -> {
            DatagramPacket packet = new DatagramPacket(new byte[100], 100);
            server.receive(packet);
            byte[] answer = text(name, packet.getAddress());
            server.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
        });
    }

    private static byte[] text(String name, InetAddress source) {
        return (name + " " + Ip.of(source)).getBytes(StandardCharsets.UTF_8);
    }

    /** Who answered and what it saw as the source: {@code a 172.30.0.1}; else {@code refused} or {@code silent}. */
    static String ask(Netns from, boolean tcp, String to, int port) {
        return tcp ? tcp(from, to, port, PATIENCE) : udp(from, to, port, PATIENCE);
    }

    /** As {@link #ask}, where silence is expected. */
    static String askShortly(Netns from, boolean tcp, String to, int port) {
        return tcp ? tcp(from, to, port, SHORT) : udp(from, to, port, SHORT);
    }

    private static InetSocketAddress address(String to, int port) {
        return new InetSocketAddress(Ip.of(to).toInetAddress(), port);
    }

    private static String tcp(Netns from, String to, int port, int patience) {
        return from.call(() -> {
            try (Socket caller = new Socket()) {
                caller.connect(address(to, port), patience);
                caller.setSoTimeout(patience);
                return new String(caller.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            } catch (SocketTimeoutException e) {
                return "silent";
            } catch (ConnectException e) {
                return "refused";
            }
        });
    }

    private static String udp(Netns from, String to, int port, int patience) {
        try (Talker talker = talker(from, to, port)) {
            return talker.ask(patience).orElse("silent");
        }
    }

    /** A connected datagram socket that stays: all that it says is one flow. */
    record Talker(DatagramSocket socket) implements AutoCloseable {
        Optional<String> ask(int patience) {
            try {
                socket.setSoTimeout(patience);
                socket.send(new DatagramPacket(new byte[] {'?'}, 1));
                DatagramPacket packet = new DatagramPacket(new byte[100], 100);
                socket.receive(packet);
                return Optional.of(new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8));
            } catch (SocketTimeoutException e) {
                return Optional.empty();
            } catch (PortUnreachableException e) {
                return Optional.of("refused");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    static Talker talker(Netns from, String to, int port) {
        return from.call(() -> {
            DatagramSocket socket = new DatagramSocket();
            socket.connect(address(to, port));
            return new Talker(socket);
        });
    }

    @Override
    public void close() {
        try {
            socket.close();
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
