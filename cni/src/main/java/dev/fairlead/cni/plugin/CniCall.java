package dev.fairlead.cni.plugin;

import dev.fairlead.cni.protocol.CniEnvironment;

/**
 * The call as it came, to the byte: what a delegated plugin has to be given ("the same environment and configuration that it
 * received", SPEC.md section 4).
 */
public final class CniCall {
    private final CniEnvironment environment;
    private final byte[] stdin;

    public CniCall(CniEnvironment environment, byte[] stdin) {
        this.environment = environment;
        this.stdin = stdin;
    }

    public CniEnvironment environment() {
        return environment;
    }

    /** A copy. */
    public byte[] stdin() {
        return stdin.clone();
    }
}
