package dev.fairlead.kernel.tc;

import static dev.fairlead.kernel.tc.Tca.*;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A filter that compares 32-bit words of a packet, {@code tc-u32(8)}: {@code struct tc_u32_sel} of {@code
 * <linux/pkt_cls.h>} with its keys, and what to do with a packet that has them all.
 *
 * @param keys all must match; a selector of 16 bytes stands in front of them
 * @param terminal {@code TC_U32_TERMINAL}: who matches here isn't asked further
 * @param redirects where packets go; actions of other kinds are in {@code rest}
 * @param rest attributes that aren't known here, written back as they came
 */
public record U32(List<Key> keys, boolean terminal, List<Mirred> redirects, List<Attribute> rest) {
    static final String KIND = "u32";

    /** {@code sizeof(struct tc_u32_sel)} and {@code sizeof(struct tc_u32_key)}. */
    static final int SELECTOR = 16, KEY = 16;

    public U32 {
        keys = List.copyOf(keys);
        redirects = List.copyOf(redirects);
        rest = List.copyOf(rest);
    }

    /**
     * One word.
     *
     * @param mask as on the wire, first byte highest
     * @param offset in bytes, from the network header
     */
    public record Key(int mask, int value, int offset, int offsetMask) {
        @Override
        public String toString() {
            return "match %08x/%08x at %s%d".formatted(value, mask, offsetMask == 0 ? "" : "nexthdr+", offset);
        }
    }

    /** Every packet goes to another link. */
    public static U32 redirectAll(int device) {
        return new U32(List.of(new Key(0, 0, 0, 0)), true, List.of(Mirred.redirectTo(device)), List.of());
    }

    static U32 decode(Attributes options) {
        List<Key> keys = new ArrayList<>();
        List<Mirred> redirects = new ArrayList<>();
        List<Attribute> rest = new ArrayList<>();
        boolean terminal = false;
        for (Attribute attribute : options) {
            if (attribute.type() == TCA_U32_SEL) {
                terminal = selector(attribute, keys);
            } else if (attribute.type() == TCA_U32_ACT && areRedirects(attribute.nested())) {
                attribute.nested().forEach(action -> redirects.add(Mirred.decode(action.nested())));
            } else {
                rest.add(attribute);
            }
        }
        return new U32(keys, terminal, redirects, rest);
    }

    private static boolean areRedirects(Attributes actions) {
        for (Attribute action : actions) {
            Optional<Attribute> kind = action.nested().find(TCA_ACT_KIND);
            if (kind.isEmpty() || !kind.get().string().equals(Mirred.KIND)) {
                return false;
            }
        }
        return true;
    }

    private static boolean selector(Attribute attribute, List<Key> keys) {
        ByteBuffer bytes = ByteBuffer.wrap(attribute.bytes()).order(ByteOrder.BIG_ENDIAN);
        int count = bytes.limit() < SELECTOR ? 0 : Byte.toUnsignedInt(bytes.get(2));
        if (bytes.limit() < SELECTOR + KEY * count) {
            throw new DecodeException("a selector of " + bytes.limit() + " bytes is too short for its keys");
        }
        for (int i = 0; i < count; i++) {
            int at = SELECTOR + KEY * i;
            int offset = bytes.order(ByteOrder.nativeOrder()).getInt(at + 8);
            int offsetMask = bytes.getInt(at + 12);
            bytes.order(ByteOrder.BIG_ENDIAN);
            keys.add(new Key(bytes.getInt(at), bytes.getInt(at + 4), offset, offsetMask));
        }
        return (bytes.get(0) & TC_U32_TERMINAL) != 0;
    }

    void encode(Encoder encoder) {
        encoder.nested(TCA_OPTIONS, options -> {
            if (!redirects.isEmpty()) {
                options.nested(TCA_U32_ACT, actions -> {
                    for (int i = 0; i < redirects.size(); i++) {
                        actions.nested(i + 1, redirects.get(i)::encode);
                    }
                });
            }
            if (!keys.isEmpty()) {
                options.attribute(TCA_U32_SEL, selector());
            }
            rest.forEach(options::copy);
        });
    }

    private byte[] selector() {
        Encoder selector =
                new Encoder().u8(terminal ? TC_U32_TERMINAL : 0).u8(0).u8(keys.size());
        selector.zeros(SELECTOR - 3);
        for (Key key : keys) {
            selector.be16(key.mask >>> 16).be16(key.mask).be16(key.value >>> 16).be16(key.value);
            selector.u32(key.offset).u32(key.offsetMask);
        }
        return selector.toBytes();
    }
}
