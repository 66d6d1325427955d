package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The attributes of one expression while it is decoded, remembering which were read: what nobody read isn't understood, and
 * the expression is kept raw.
 */
final class Fields {
    private final String name;
    private final Attributes attributes;
    private final Set<Integer> read = new HashSet<>();

    Fields(String name, Optional<Attribute> data) {
        this.name = name;
        this.attributes = data.map(Attribute::nested).orElseGet(() -> Attributes.parse(ByteBuffer.allocate(0)));
    }

    boolean has(int type) {
        return attributes.has(type);
    }

    Optional<Attribute> find(int type) {
        read.add(type);
        return attributes.find(type);
    }

    private Attribute require(int type) {
        return find(type)
                .orElseThrow(() -> new DecodeException(
                        "the kernel's message lacks attribute " + type + " of the expression " + name));
    }

    /** 32 bits, big-endian, as a signed number. */
    int be32(int type) {
        return (int) require(type).be32();
    }

    int be32(int type, int otherwise) {
        return find(type).map(a -> (int) a.be32()).orElse(otherwise);
    }

    int be16(int type, int otherwise) {
        return find(type).map(Attribute::be16).orElse(otherwise);
    }

    long be64(int type) {
        return require(type).be64();
    }

    long be64(int type, long otherwise) {
        return find(type).map(Attribute::be64).orElse(otherwise);
    }

    int u8(int type, int otherwise) {
        return find(type).map(Attribute::u8).orElse(otherwise);
    }

    String string(int type) {
        return require(type).string();
    }

    Datum datum(int type) {
        return Datum.decode(require(type));
    }

    Bytes bytes(int type) {
        return datum(type) instanceof Bytes bytes ? bytes : Bytes.EMPTY;
    }

    /** Padding that the kernel may put in front of 64-bit values. */
    void ignore(int type) {
        read.add(type);
    }

    boolean allRead() {
        for (Attribute attribute : attributes) {
            if (!read.contains(attribute.type())) {
                return false;
            }
        }
        return true;
    }
}
