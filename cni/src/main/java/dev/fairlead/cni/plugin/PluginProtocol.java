package dev.fairlead.cni.plugin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniError;
import dev.fairlead.cni.CniException;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.CniVersion;
import dev.fairlead.cni.ErrorCode;
import dev.fairlead.cni.FrameException;
import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.Quote;
import dev.fairlead.cni.Verb;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.CniEnvironment;
import dev.fairlead.cni.protocol.IpConfig;
import dev.fairlead.cni.protocol.NetConf;
import dev.fairlead.cni.protocol.Sandbox;
import dev.fairlead.cni.shim.ShimFrames;
import dev.fairlead.cni.shim.ShimRequest;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The contract around a {@link CniPlugin}: checks the call, answers VERSION, turns results and failures into what belongs on
 * standard output. It never throws. Any thread, any number at once.
 */
public final class PluginProtocol {
    private static final Logger LOG = LoggerFactory.getLogger(PluginProtocol.class);
    private static final byte[] NOTHING = {};

    private final CniPlugin plugin;
    private final Predicate<Sandbox> isHostNetns;

    /** @param isHostNetns whether a sandbox is the network namespace that the plugin itself serves, which is refused */
    public PluginProtocol(CniPlugin plugin, Predicate<Sandbox> isHostNetns) {
        this.plugin = plugin;
        this.isHostNetns = isHostNetns;
    }

    /**
     * Serves one call.
     *
     * @param environment the {@code CNI_*} variables, and {@code TRACEPARENT} and its kin
     * @param stdin the configuration
     * @param netnsFd an open descriptor of {@code CNI_NETNS}, when there is one; it stays the caller's
     * @return exit code 0 with a result or nothing, or exit code 1 with an error document
     */
    public PluginOutput answer(Map<String, String> environment, byte[] stdin, OptionalInt netnsFd) {
        Exchange exchange = new Exchange(new CniEnvironment(environment), stdin, netnsFd);
        try {
            return new PluginOutput(0, exchange.run(), exchange.stderr());
        } catch (CniException e) {
            return failure(e.error(exchange.version), exchange.notes);
        } catch (Throwable e) {
            String command = Quote.of(exchange.environment.get("CNI_COMMAND"));
            LOG.error("CNI {} failed inside the plugin", command, e);
            String msg = command + " failed because of a fault in Fairlead: " + Quote.of(String.valueOf(e));
            return failure(internal(exchange.version, msg), exchange.notes);
        }
    }

    private static CniError internal(String version, String msg) {
        return new CniError(version, ErrorCode.INTERNAL.number(), msg, "the agent's log says where");
    }

    /** Serves one frame of the shim's protocol; a frame that can't be decoded gets an error document as well. */
    public byte[] serve(InputStream frame, OptionalInt netnsFd) {
        PluginOutput output;
        try {
            ShimRequest request = ShimFrames.readRequest(frame);
            output = answer(request.environment(), request.stdin(), netnsFd);
        } catch (CniException e) {
            output = failure(e.error(CniVersion.LATEST.toString()), List.of());
        }
        try {
            return ShimFrames.encode(output);
        } catch (FrameException e) {
            LOG.error("the plugin's answer is too long for a frame", e);
            return ShimFrames.encode(failure(internal(CniVersion.LATEST.toString(), e.msg()), List.of()));
        }
    }

    /** A delegate that failed without a code would give 0, which isn't one. */
    private static PluginOutput failure(CniError error, List<String> notes) {
        CniError said = error.is(ErrorCode.UNKNOWN)
                ? new CniError(error.cniVersion(), ErrorCode.INTERNAL.number(), error.msg(), error.details())
                : error;
        return new PluginOutput(1, said.bytes(), text(notes));
    }

    private static byte[] text(List<String> lines) {
        return lines.isEmpty() ? NOTHING : (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** One call on its way through. */
    private final class Exchange {
        final CniEnvironment environment;
        final byte[] stdin;
        final OptionalInt netnsFd;
        final List<String> notes = new ArrayList<>();
        /** The version in use, as far as it is known yet; what an error document says. */
        String version = CniVersion.LATEST.toString();

        Exchange(CniEnvironment environment, byte[] stdin, OptionalInt netnsFd) {
            this.environment = environment;
            this.stdin = stdin;
            this.netnsFd = netnsFd;
        }

        byte[] stderr() {
            return text(notes);
        }

        /** Standard output. The order of the checks is the reference library's: environment, text, version, name. */
        byte[] run() {
            Verb verb = environment.verb();
            environment.require(verb);
            if (verb == Verb.VERSION) {
                return version();
            }
            ObjectNode json = CniJson.object(stdin);
            CniVersion wanted = NetConf.version(json);
            if (wanted.isSupported()) {
                version = wanted.toString();
            }
            requireVersion(verb, wanted);
            NetConf conf = NetConf.of(wanted, json);
            return run(verb, new Requests(new CniCall(environment, stdin), conf, netnsFd, isHostNetns, notes));
        }

        private byte[] run(Verb verb, Requests requests) {
            switch (verb) {
                case ADD -> {
                    AddRequest request = requests.add();
                    AddResult result = plugin.add(request);
                    requireIndexes(result, request);
                    return result.as(requests.conf().cniVersion()).bytes();
                }
                case DEL -> plugin.del(requests.del());
                case CHECK -> plugin.check(requests.check());
                case GC -> plugin.gc(requests.gc());
                case STATUS -> plugin.status(requests.status());
                case VERSION -> throw new AssertionError("VERSION has no request");
            }
            return NOTHING;
        }

        /** "The value of cniVersion specified on input", whatever it is: VERSION is how a runtime finds out what to use. */
        private byte[] version() {
            if (stdin.length > 0) {
                String text = CniJson.object(stdin).path("cniVersion").asText("");
                version = text.isEmpty() ? version : Quote.of(text);
            }
            ArrayNode supported = CniJson.newArray();
            CniVersion.SUPPORTED.forEach(v -> supported.add(v.toString()));
            ObjectNode answer = CniJson.newObject().put("cniVersion", version);
            answer.set("supportedVersions", supported);
            return CniJson.bytes(answer);
        }
    }

    private static void requireVersion(Verb verb, CniVersion wanted) {
        if (!wanted.isSupported()) {
            throw new CniException(
                    ErrorCode.INCOMPATIBLE_VERSION,
                    "cniVersion " + wanted + " of the configuration isn't supported",
                    "this plugin supports " + CniVersion.SUPPORTED);
        }
        if (!wanted.allows(verb)) {
            throw new CniException(
                    ErrorCode.INCOMPATIBLE_VERSION,
                    "cniVersion " + wanted + " of the configuration doesn't have " + verb,
                    verb + " came with cniVersion " + (verb == Verb.CHECK ? CniVersion.V0_4_0 : CniVersion.V1_1_0));
        }
    }

    /**
     * A runtime would read some other interface's name beside the address, or crash: better the plugin's author sees it.
     * What came from the plugin before is that one's business.
     */
    private static void requireIndexes(AddResult result, AddRequest request) {
        for (IpConfig ip : result.ips()) {
            boolean inherited = request.prevResult().isPresent()
                    && request.prevResult().get().ips().contains(ip);
            int index = ip.interfaceIndex().orElse(-1);
            if (!inherited && index >= result.interfaces().size()) {
                throw new IllegalStateException("address " + ip.address() + " names interface " + index + " of "
                        + result.interfaces().size());
            }
        }
    }
}
