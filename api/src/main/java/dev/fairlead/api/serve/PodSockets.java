package dev.fairlead.api.serve;

import dev.fairlead.api.ApiException;
import dev.fairlead.api.stream.CommandOptions;
import dev.fairlead.api.stream.Dialogue;
import dev.fairlead.api.stream.PodStreams;
import dev.fairlead.api.stream.PortChannels;
import dev.fairlead.api.stream.PortForward;
import dev.fairlead.api.stream.RemoteCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The subresources of pods that are streams: looks at what is asked, in the order in which the real server does, so that the
 * first thing that is wrong is what the caller is told.
 */
public final class PodSockets {
    /** What {@link ApiRequest#upgrade} says. */
    static final String WEBSOCKET = "websocket";

    private final PodStreams streams;

    private PodSockets(PodStreams streams) {
        this.streams = streams;
    }

    /** To be given to an {@link ApiRouter}. */
    public static Map<String, ApiRouter.Subresource> subresources(PodStreams streams) {
        PodSockets sockets = new PodSockets(streams);
        return Map.of(
                "pods/exec", sockets::exec, "pods/attach", sockets::attach, "pods/portforward", sockets::portForward);
    }

    private Reply exec(String namespace, String pod, ApiRequest request) {
        CommandOptions options = options(request);
        return command(streams.exec(namespace, pod, options), options, request, "exec");
    }

    private Reply attach(String namespace, String pod, ApiRequest request) {
        CommandOptions options = options(request);
        return command(streams.attach(namespace, pod, options), options, request, "attach");
    }

    private static CommandOptions options(ApiRequest request) {
        Query query = request.query();
        return new CommandOptions(
                query.text("container"),
                query.texts("command"),
                query.flag("stdin"),
                query.flag("stdout"),
                query.flag("stderr"),
                query.flag("tty"));
    }

    private static Reply command(PodStreams.Command command, CommandOptions options, ApiRequest request, String verb) {
        if (!options.stdin() && !options.stdout() && !options.stderr()) {
            throw ApiException.badRequest("you must specify at least 1 of stdin, stdout, stderr");
        }
        return socket(
                request,
                RemoteCommand.PROTOCOLS,
                _ -> new RemoteCommand(command, options),
                verb + " is served over WebSockets only, and this client asked for "
                        + asked(request)
                        + "; use kubectl 1.30 or newer without KUBECTL_REMOTE_COMMAND_WEBSOCKETS=false (with 1.29, set it"
                        + " to true), or ./fairlead lab exec");
    }

    private Reply portForward(String namespace, String pod, ApiRequest request) {
        PodStreams.Ports ports = streams.ports(namespace, pod);
        return socket(
                request,
                List.of(PortForward.PROTOCOL, PortChannels.PROTOCOL),
                protocol -> protocol.equals(PortForward.PROTOCOL)
                        ? new PortForward(ports, pod)
                        : new PortChannels(ports, pod, portNumbers(request)),
                "port-forward is served over WebSockets only, and this client asked for "
                        + asked(request)
                        + "; use kubectl 1.31 or newer without KUBECTL_PORT_FORWARD_WEBSOCKETS=false, or 1.30 with it set to"
                        + " true");
    }

    /** In the words of the kubelet ({@code portforward/websocket.go}). */
    private static List<Integer> portNumbers(ApiRequest request) {
        List<Integer> ports = new ArrayList<>();
        for (String list : request.query().texts("ports")) {
            for (String text : list.split(",", -1)) {
                if (!text.matches("[1-9][0-9]{0,4}") || Integer.parseInt(text) > 65535) {
                    throw ApiException.badRequest(
                            "unable to parse \"" + text + "\" as a port: must be between 1 and 65535");
                }
                ports.add(Integer.parseInt(text));
            }
        }
        if (ports.isEmpty()) {
            throw ApiException.badRequest("query parameter \"ports\" is required");
        }
        return ports;
    }

    private static String asked(ApiRequest request) {
        return request.upgrade().isEmpty() ? "no stream" : request.upgrade();
    }

    private static Reply socket(
            ApiRequest request, List<String> spoken, Function<String, Dialogue> dialogue, String refusal) {
        if (!request.upgrade().equals(WEBSOCKET)) {
            throw ApiException.badRequest(refusal);
        }
        Optional<String> protocol =
                spoken.stream().filter(request.protocols()::contains).findFirst();
        if (protocol.isEmpty()) {
            throw ApiException.badRequest("unable to upgrade: the WebSocket's protocol must be one of " + spoken
                    + ", and the client offered " + request.protocols());
        }
        return new Reply.Socket(protocol.get(), dialogue.apply(protocol.get()));
    }
}
