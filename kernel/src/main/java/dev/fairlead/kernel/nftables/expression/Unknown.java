package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;

/**
 * An expression that isn't modelled here, or has attributes that aren't. It is kept and written back unchanged.
 *
 * @param name the kernel's name
 * @param content the bytes inside {@code NFTA_EXPR_DATA}
 */
public record Unknown(String name, Bytes content) implements Expression {
    @Override
    public void encode(Encoder out) {
        out.bytes(content.toArray());
    }

    @Override
    public String text() {
        return content.isEmpty() ? name : name + " " + content.hex();
    }
}
