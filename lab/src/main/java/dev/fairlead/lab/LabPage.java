package dev.fairlead.lab;

import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.web.PageDoor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lab's page on loopback (docs/decisions/0019). Its link is known from the start, and it is opened when the lab has nothing
 * more urgent to do. Safe from any thread.
 */
final class LabPage implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LabPage.class);
    private static final int TOKEN_BYTES = 24;

    private final SocketChannel seat;
    private final int port;
    private final String token = newToken();
    private final CompletableFuture<PageDoor> door = new CompletableFuture<>();

    private LabPage(SocketChannel seat, int port) {
        this.seat = seat;
        this.port = port;
    }

    /**
     * Takes a port. A socket that is bound and doesn't listen keeps it from others, and lets the server have it: Linux allows that
     * where both set {@code SO_REUSEADDR} (socket(7)).
     */
    static LabPage reserve() {
        try {
            SocketChannel seat = SocketChannel.open();
            seat.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            seat.bind(new InetSocketAddress("127.0.0.1", 0));
            return new LabPage(seat, ((InetSocketAddress) seat.getLocalAddress()).getPort());
        } catch (IOException e) {
            throw new UncheckedIOException("could not take a port for the lab's page", e);
        }
    }

    /** What a person opens in a browser. */
    String link() {
        return PageDoor.link(port, token);
    }

    /** Serves it; to be called once. */
    void open(Lab lab) {
        try (seat) {
            door.complete(PageDoor.open(new LabView(lab), port, token));
        } catch (RuntimeException | IOException e) {
            LOG.warn("the lab's page could not be opened: {}", e.getMessage());
            door.completeExceptionally(e);
        }
    }

    /** The link, once it leads somewhere. */
    String awaitOpen() {
        try {
            var unused = door.join();
            return link();
        } catch (CompletionException e) {
            throw new LabRefusal("the lab's page could not be opened: " + e.getCause());
        }
    }

    private static String newToken() {
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    @Override
    public void close() {
        try {
            seat.close();
        } catch (IOException e) {
            LOG.debug("closing the page's port: {}", e.getMessage());
        }
        var unused = door.thenAccept(PageDoor::close);
    }
}
