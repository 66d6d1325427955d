package dev.fairlead.cni.plugin;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.ConfigException;
import dev.fairlead.cni.ErrorCode;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.CniArgs;
import dev.fairlead.cni.protocol.CniEnvironment;
import dev.fairlead.cni.protocol.NetConf;
import dev.fairlead.cni.protocol.RuntimeConfig;
import dev.fairlead.cni.protocol.Sandbox;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * From a checked environment and configuration to the typed request of each verb.
 *
 * @param netnsFd an open descriptor of {@code CNI_NETNS}, when one came along
 * @param isHostNetns whether a sandbox is really the host's own namespace
 * @param notes gets a sentence for everything that was passed over
 */
record Requests(CniCall call, NetConf conf, OptionalInt netnsFd, Predicate<Sandbox> isHostNetns, List<String> notes) {

    private CniEnvironment environment() {
        return call.environment();
    }

    AddRequest add() {
        return new AddRequest(
                environment().attachment(),
                requiredSandbox(),
                environment().args(),
                conf,
                conf.runtimeConfig(),
                conf.prevResult(),
                call);
    }

    CheckRequest check() {
        AddResult prevResult = conf.prevResult()
                .orElseThrow(() -> new ConfigException(
                        ErrorCode.INVALID_CONFIG, "prevResult", "is missing, and CHECK needs the result of the ADD"));
        return new CheckRequest(
                environment().attachment(),
                requiredSandbox(),
                environment().args(),
                conf,
                conf.runtimeConfig(),
                prevResult,
                call);
    }

    DelRequest del() {
        return new DelRequest(
                environment().attachment(),
                optionalSandbox(),
                orElse(environment()::args, CniArgs.NONE),
                conf,
                orElse(conf::runtimeConfig, RuntimeConfig.NONE),
                orElse(conf::prevResult, Optional.empty()),
                call);
    }

    GcRequest gc() {
        return new GcRequest(conf, conf.validAttachments(), call);
    }

    StatusRequest status() {
        return new StatusRequest(conf, call);
    }

    private Sandbox requiredSandbox() {
        Sandbox sandbox = new Sandbox(environment().netns(), netnsFd);
        if (isForbidden(sandbox)) {
            throw new CniException(
                    ErrorCode.INVALID_NETNS,
                    "CNI_NETNS '" + sandbox + "' is the host's own network namespace",
                    "a container needs one of its own; nothing was changed");
        }
        return sandbox;
    }

    /**
     * The host's own namespace is passed over and not refused: ADD refused it, so nothing is in there, and a DEL that fails
     * would keep the runtime from ever getting rid of the container.
     */
    private Optional<Sandbox> optionalSandbox() {
        if (environment().netns().isEmpty()) {
            return Optional.empty();
        }
        Sandbox sandbox = new Sandbox(environment().netns(), netnsFd);
        if (isForbidden(sandbox)) {
            notes.add("CNI_NETNS '" + sandbox + "' is the host's own network namespace and was left alone");
            return Optional.empty();
        }
        return Optional.of(sandbox);
    }

    private boolean isForbidden(Sandbox sandbox) {
        return !environment().netnsOverride() && isHostNetns.test(sandbox);
    }

    private <T> T orElse(Supplier<T> wanted, T otherwise) {
        try {
            return wanted.get();
        } catch (CniException e) {
            notes.add("passed over in this DEL: " + e.getMessage());
            return otherwise;
        }
    }
}
