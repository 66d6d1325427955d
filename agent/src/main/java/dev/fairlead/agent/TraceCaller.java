package dev.fairlead.agent;

import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.sys.UnixSocket;
import dev.fairlead.trace.observe.Eyes;
import dev.fairlead.trace.observe.EyesException;
import dev.fairlead.trace.remote.RemoteEyes;
import java.nio.file.Path;

/** Has an agent watch its node, by the socket that it has for that. */
public final class TraceCaller {
    /** An agent arms in some milliseconds, and answers within a second when it waits; a busy machine gets more. */
    private static final int ANSWER_SECONDS = 10;

    private TraceCaller() {}

    /**
     * The eyes of the node whose agent serves CNI at a socket. Paths of network namespaces are as that agent sees them.
     *
     * @param node its name
     */
    public static Eyes.Opening opening(String node, Path cniSocket) {
        Path path = TraceDoor.beside(cniSocket);
        return watch -> {
            UnixSocket socket = connect(node, path);
            return RemoteEyes.open(
                    watch,
                    "the agent of " + node,
                    new RemoteEyes.Connection(socket.input(), socket.output(), socket::endOfOutput, socket::close));
        };
    }

    private static UnixSocket connect(String node, Path path) {
        try {
            UnixSocket socket = UnixSocket.connect(path.toString());
            socket.readTimeout(ANSWER_SECONDS);
            socket.writeTimeout(ANSWER_SECONDS);
            return socket;
        } catch (SyscallException e) {
            throw new EyesException("no agent of " + node + " serves (" + e.getMessage() + ")", e);
        }
    }
}
