package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;

/** Keeps the packet out of connection tracking. */
public record Notrack() implements Expression {
    @Override
    public String name() {
        return "notrack";
    }

    @Override
    public void encode(Encoder out) {
        // It has nothing to say beside its name.
    }

    @Override
    public String text() {
        return "notrack";
    }
}
