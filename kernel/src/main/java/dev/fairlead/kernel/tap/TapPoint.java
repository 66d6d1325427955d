package dev.fairlead.kernel.tap;

import dev.fairlead.kernel.netns.Netns;

/**
 * Where to listen.
 *
 * @param namespace still owned by the caller; needed only until the tap is open
 * @param device the link's name in there
 * @param label what the caller calls it, in files too: {@code node-1 veth0}
 */
public record TapPoint(Netns namespace, String device, String label) {
    @Override
    public String toString() {
        return label;
    }
}
