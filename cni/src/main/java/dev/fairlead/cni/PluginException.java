package dev.fairlead.cni;

/**
 * A plugin that the runtime side (or a plugin that delegates) executed, and that failed. The code is the plugin's own, or 0
 * when it gave none; the message names verb, network and plugin.
 */
public final class PluginException extends CniException {
    private static final long serialVersionUID = 1;

    /** How it failed. */
    public enum Failure {
        /** No such file in {@code CNI_PATH}. */
        NOT_FOUND,
        /** The file is there, but the kernel refused to execute it. */
        NOT_STARTED,
        /** It was still running when its time was up, and was ended. */
        TIMED_OUT,
        /** It answered with an error document. */
        REFUSED,
        /** It failed and didn't say why in a way that CNI allows. */
        FAILED,
        /** It said success, but its answer isn't a result. */
        BAD_RESULT
    }

    private final Failure failure;
    private final Verb verb;
    private final String plugin;
    private final String network;

    public PluginException(Failure failure, Verb verb, String plugin, String network, CniError error) {
        super(error.code(), error.msg(), error.details());
        this.failure = failure;
        this.verb = verb;
        this.plugin = plugin;
        this.network = network;
    }

    public Failure failure() {
        return failure;
    }

    public Verb verb() {
        return verb;
    }

    /** The plugin's type, which is its file's name. */
    public String plugin() {
        return plugin;
    }

    /** The network's name; empty for VERSION, which has none. */
    public String network() {
        return network;
    }

    public boolean isNotFound() {
        return failure == Failure.NOT_FOUND;
    }

    public boolean isTimeout() {
        return failure == Failure.TIMED_OUT;
    }
}
