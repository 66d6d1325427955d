package dev.fairlead.dataplane;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One conversation with an {@link Echo}, from a socket opened in a place. The socket is connected: the kernel gives it only
 * what comes from the very address that was asked, so an answer also shows that the reply's source is right.
 */
sealed interface Talk extends AutoCloseable {

    /** What came of asking. */
    sealed interface Outcome {}

    /** @param source what the server saw of the client */
    record Answer(String server, Ip source, String said) implements Outcome {
        private static Answer of(String text) {
            String[] words = text.strip().split(" ", 3);
            return new Answer(words[0], Ip.of(words[1]), words[2]);
        }
    }

    /** TCP: the connection was reset; UDP: somebody said that nobody listens. */
    record Refused() implements Outcome {}

    /** Nothing came back in time. */
    record Silence() implements Outcome {}

    /** Says something, and waits for what comes. */
    Outcome ask(String what, Duration patience);

    /** The port of this end. */
    int port();

    @Override
    void close();

    /** Opens a socket, asks once, closes it. */
    static Outcome once(Place from, Protocol protocol, IpPort to, Duration patience) {
        return from.netns().call(() -> {
            try (Talk talk = open(protocol, to, patience)) {
                return talk.ask("hello", patience);
            } catch (ConnectException e) {
                return new Refused();
            } catch (SocketTimeoutException e) {
                return new Silence();
            }
        });
    }

    /** Opens one that stays open. */
    static Talk open(Place from, Protocol protocol, IpPort to) {
        return from.netns().call(() -> open(protocol, to, Duration.ofSeconds(5)));
    }

    private static Talk open(Protocol protocol, IpPort to, Duration patience) throws IOException {
        SocketAddress address = new InetSocketAddress(to.ip().toInetAddress(), to.port());
        if (protocol == Protocol.UDP) {
            DatagramSocket socket = new DatagramSocket();
            socket.connect(address);
            return new Udp(socket);
        }
        Socket socket = new Socket();
        try {
            socket.connect(address, (int) patience.toMillis());
            return new Tcp(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** A connection. */
    record Tcp(Socket socket) implements Talk {
        @Override
        public Outcome ask(String what, Duration patience) {
            try {
                socket.setSoTimeout((int) patience.toMillis());
                socket.getOutputStream().write((what + "\n").getBytes(StandardCharsets.UTF_8));
                StringBuilder line = new StringBuilder();
                for (int c = socket.getInputStream().read();
                        c != '\n';
                        c = socket.getInputStream().read()) {
                    if (c < 0) {
                        return new Refused();
                    }
                    line.append((char) c);
                }
                return Answer.of(line.toString());
            } catch (SocketTimeoutException e) {
                return new Silence();
            } catch (IOException e) {
                return new Refused(); // reset
            }
        }

        @Override
        public int port() {
            return socket.getLocalPort();
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A connected datagram socket. */
    record Udp(DatagramSocket socket) implements Talk {
        @Override
        public Outcome ask(String what, Duration patience) {
            try {
                socket.setSoTimeout((int) patience.toMillis());
                send(what);
                DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
                socket.receive(packet);
                return Answer.of(new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8));
            } catch (PortUnreachableException e) {
                return new Refused();
            } catch (SocketTimeoutException e) {
                return new Silence();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The sender's own output hook says EPERM for what it drops or rejects; whether it was rejected is read next. */
        private void send(String what) throws IOException {
            byte[] bytes = what.getBytes(StandardCharsets.UTF_8);
            try {
                socket.send(new DatagramPacket(bytes, bytes.length));
            } catch (PortUnreachableException e) {
                throw e;
            } catch (IOException e) {
                if (!String.valueOf(e.getMessage()).contains("not permitted")) {
                    throw e;
                }
            }
        }

        @Override
        public int port() {
            return socket.getLocalPort();
        }

        @Override
        public void close() {
            socket.close();
        }
    }
}
