package dev.fairlead.kernel.netlink;

import dev.fairlead.kernel.DecodeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Attributes as they came, in order; a type may stand more than once. Reading past a payload's end, or attributes whose
 * lengths don't add up, is a {@link DecodeException}. Immutable.
 */
public final class Attributes implements Iterable<Attribute> {
    private static final int TYPE_MASK = 0x3fff;

    private final List<Attribute> all;

    private Attributes(List<Attribute> all) {
        this.all = Collections.unmodifiableList(all);
    }

    /** Reads what is left of {@code bytes}. */
    public static Attributes parse(ByteBuffer bytes) {
        ByteBuffer rest = bytes.slice().order(ByteOrder.nativeOrder());
        List<Attribute> all = new ArrayList<>();
        while (rest.remaining() >= 4) {
            int start = rest.position();
            int length = Short.toUnsignedInt(rest.getShort(start));
            int type = Short.toUnsignedInt(rest.getShort(start + 2));
            if (length < 4 || length > rest.remaining()) {
                throw new DecodeException("a netlink attribute of type " + (type & TYPE_MASK) + " says it is " + length
                        + " bytes long where " + rest.remaining() + " are left");
            }
            all.add(new Attribute(type, rest.slice(start + 4, length - 4)));
            rest.position(Math.min(start + (length + 3 & ~3), rest.limit()));
        }
        return new Attributes(all);
    }

    public static Attributes parse(byte[] bytes, int offset) {
        if (offset > bytes.length) {
            throw new DecodeException(
                    "a message of " + bytes.length + " bytes is shorter than its header of " + offset);
        }
        return parse(ByteBuffer.wrap(bytes, offset, bytes.length - offset));
    }

    /** The last one of this type, as the kernel's own parser would take it. */
    public Optional<Attribute> find(int type) {
        for (int i = all.size() - 1; i >= 0; i--) {
            if (all.get(i).type() == type) {
                return Optional.of(all.get(i));
            }
        }
        return Optional.empty();
    }

    /**
     * As {@link #find}, where the kernel always sends it.
     *
     * @throws DecodeException when it isn't there; {@code name} says what is missing
     */
    public Attribute require(int type, String name) {
        return find(type).orElseThrow(() -> new DecodeException("the kernel's message lacks " + name));
    }

    public boolean has(int type) {
        return find(type).isPresent();
    }

    public int size() {
        return all.size();
    }

    @Override
    public Iterator<Attribute> iterator() {
        return all.iterator();
    }
}
