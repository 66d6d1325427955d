package dev.fairlead.cni.protocol;

import java.util.OptionalInt;

/**
 * The container's isolation domain, {@code CNI_NETNS}.
 *
 * @param path as the runtime gave it, in the runtime's mount namespace; what a result's {@code sandbox} repeats
 * @param fd an open descriptor of the namespace when one came with the request; it belongs to whoever received it
 */
public record Sandbox(String path, OptionalInt fd) {

    public static Sandbox at(String path) {
        return new Sandbox(path, OptionalInt.empty());
    }

    @Override
    public String toString() {
        return path;
    }
}
