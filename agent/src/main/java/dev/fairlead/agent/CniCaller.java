package dev.fairlead.agent;

import dev.fairlead.cluster.Progress;
import dev.fairlead.cni.CniException;
import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.shim.ShimFrames;
import dev.fairlead.cni.shim.ShimRequest;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.sys.UnixSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Speaks to an agent over its CNI socket as the shim does, for the commands of a node's operator. */
public final class CniCaller {
    private static final int ANSWER_SECONDS = 10;

    private CniCaller() {}

    /** The process that listens at {@code socket}, 0 where it is in another PID namespace; empty where none does. */
    public static OptionalInt served(Path socket) {
        try (UnixSocket caller = UnixSocket.connect(socket.toString())) {
            return OptionalInt.of(caller.peer().pid());
        } catch (SyscallException e) {
            return OptionalInt.empty();
        }
    }

    /** Empty when an agent at {@code socket} is ready for pods, else the sentence why not. */
    public static String whyNotReady(Path socket) {
        Map<String, String> environment = Map.of("CNI_COMMAND", "STATUS", "CNI_PATH", "/opt/cni/bin");
        ShimRequest request = new ShimRequest(environment, CniInstall.pluginText(socket));
        try (UnixSocket caller = UnixSocket.connect(socket.toString())) {
            caller.readTimeout(ANSWER_SECONDS);
            caller.write(ShimFrames.encode(request));
            PluginOutput answer = ShimFrames.readAnswer(caller.input());
            return answer.isSuccess() ? "" : "the agent at " + socket + " answers STATUS by " + answer.stdoutText();
        } catch (SyscallException e) {
            return "no agent serves at " + socket + " (" + e.getMessage() + ")";
        } catch (CniException e) {
            return "what serves at " + socket + " is no agent of Fairlead (" + e.msg() + ")";
        }
    }

    /**
     * As {@link NodeAgent#awaitFollowed}, of the agent that listens at {@code socket}.
     *
     * @return false also when none does
     */
    public static boolean awaitFollowed(Path socket, Progress wanted, Duration patience) {
        try (UnixSocket caller = UnixSocket.connect(socket.toString())) {
            caller.readTimeout(ANSWER_SECONDS + (int) patience.toSeconds());
            String request = CniDoor.FOLLOW_REQUEST + Math.max(1, patience.toMillis()) + " " + wanted;
            caller.write(request.getBytes(StandardCharsets.US_ASCII));
            return ShimFrames.readAnswer(caller.input()).stdoutText().equals("yes");
        } catch (SyscallException | CniException e) {
            return false;
        }
    }

    /**
     * What {@link NodeAgent#cniLog} has at the agent that listens at {@code socket}.
     *
     * @throws SyscallException when none does
     */
    public static List<String> log(Path socket) {
        try (UnixSocket caller = UnixSocket.connect(socket.toString())) {
            caller.readTimeout(ANSWER_SECONDS);
            caller.write(CniDoor.LOG_REQUEST);
            return ShimFrames.readAnswer(caller.input()).stdoutText().lines().toList();
        }
    }
}
