package dev.fairlead.api.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.SocketChannel;

/** Whoever runs pods. Each method only looks whether it can be done, and refuses with an {@link dev.fairlead.api.ApiException}. */
public interface PodStreams {
    Command exec(String namespace, String pod, CommandOptions options);

    Command attach(String namespace, String pod, CommandOptions options);

    Ports ports(String namespace, String pod);

    /** Something that can be begun, once. */
    @FunctionalInterface
    interface Command {
        /** @throws dev.fairlead.api.ApiException when it couldn't be begun; then {@code output} hears nothing */
        Running begin(Output output);
    }

    /** What has been begun. */
    interface Running {
        /** Waits while much is on its way already. */
        void input(byte[] bytes) throws InterruptedException;

        void endInput();

        /** The user's window has this size now. */
        void resize(int columns, int rows);

        /** The caller has gone. */
        void abandon();
    }

    /** Hears of what has been begun, from a thread of its own. */
    interface Output {
        /** @param stream 1 for standard output, 2 for standard error */
        void printed(int stream, byte[] bytes);

        /** Comes last. @param status see {@link CommandStatus} */
        void ended(ObjectNode status);
    }

    /** Ports of a pod. */
    @FunctionalInterface
    interface Ports {
        /**
         * Connects to a port as a process of the pod would, on its loopback device.
         *
         * @throws IOException with the sentence that the caller is shown
         */
        SocketChannel connect(int port) throws IOException;
    }
}
