package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.packet.Prefix;
import java.time.Duration;

/**
 * A set, or a map when its elements stand for values. Named so because a bare Set means something else in Java.
 *
 * @param value {@link SetType#NONE} for a set
 * @param flags {@link #INTERVAL} and the like; those that follow from the types are added when it is sent
 * @param timeout milliseconds after which elements go, 0 for never
 * @param gcInterval milliseconds between clean-ups, 0 for the kernel's choice
 * @param size most elements it may have, 0 for no limit
 * @param comment empty for none
 * @param handle the kernel's number for it, 0 as long as it has none
 */
public record NftSet(
        TableFamily family,
        String table,
        String name,
        SetType key,
        SetType value,
        int flags,
        long timeout,
        int gcInterval,
        int size,
        boolean memory,
        boolean autoMerge,
        String comment,
        long handle) {
    /** {@code enum nft_set_flags}. */
    public static final int ANONYMOUS = 1;

    public static final int CONSTANT = 2;
    public static final int INTERVAL = 4;
    public static final int MAP = 8;
    public static final int TIMEOUT = 0x10;
    /** {@code NFT_SET_EVAL}: rules may add elements. */
    public static final int DYNAMIC = 0x20;

    public static final int OBJECT = 0x40;
    static final int CONCAT = 0x80;

    public NftSet {
        Names.check("set", name);
        Names.checkComment(comment);
    }

    static NftSet of(TableFamily family, String table, String name, SetType key, SetType value) {
        int flags = value.equals(SetType.NONE) ? 0 : MAP;
        return new NftSet(family, table, name, key, value, flags, 0, 0, 0, false, false, "", 0);
    }

    /** Elements may be ranges and prefixes. */
    public NftSet interval() {
        return flag(INTERVAL);
    }

    /** Elements can't change once a rule uses it. */
    public NftSet constant() {
        return flag(CONSTANT);
    }

    /** Rules may add elements; such a set needs a {@link #size}. */
    public NftSet dynamic() {
        return flag(DYNAMIC);
    }

    /** Elements go after this time. */
    public NftSet timeout(Duration duration) {
        return new NftSet(
                family,
                table,
                name,
                key,
                value,
                flags | TIMEOUT,
                duration.toMillis(),
                gcInterval,
                size,
                memory,
                autoMerge,
                comment,
                handle);
    }

    public NftSet size(int most) {
        return new NftSet(
                family, table, name, key, value, flags, timeout, gcInterval, most, memory, autoMerge, comment, handle);
    }

    public NftSet commented(String text) {
        return new NftSet(
                family, table, name, key, value, flags, timeout, gcInterval, size, memory, autoMerge, text, handle);
    }

    NftSet flag(int flag) {
        return new NftSet(
                family,
                table,
                name,
                key,
                value,
                flags | flag,
                timeout,
                gcInterval,
                size,
                memory,
                autoMerge,
                comment,
                handle);
    }

    NftSet named(String other) {
        return new NftSet(
                family, table, other, key, value, flags, timeout, gcInterval, size, memory, autoMerge, comment, handle);
    }

    NftSet in(TableFamily otherFamily, String otherTable) {
        return new NftSet(
                otherFamily,
                otherTable,
                name,
                key,
                value,
                flags,
                timeout,
                gcInterval,
                size,
                memory,
                autoMerge,
                comment,
                handle);
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    public boolean isMap() {
        return has(MAP);
    }

    public boolean isInterval() {
        return has(INTERVAL);
    }

    boolean isAnonymous() {
        return has(ANONYMOUS);
    }

    /** Intervals of a concatenation have both ends in one element; other intervals are two elements. */
    boolean isConcatenatedInterval() {
        return isInterval() && key.isConcatenation();
    }

    /** An element of this set, from the parts of its key: {@code set.element(ip, Protocol.TCP, 443)}. */
    public Element element(Object... parts) {
        return Element.of(key.value(parts));
    }

    /** All addresses of a prefix, for an interval set of addresses. */
    public Element element(Prefix prefix) {
        Bytes first = key.value(prefix.first());
        return Element.of(first).upTo(key.value(prefix.last()));
    }

    /** A value of this map, from its parts: {@code map.valueOf(ip, 8080)}. */
    public Bytes valueOf(Object... parts) {
        return value.value(parts);
    }

    /** {@code inet fairlead service-ips}. */
    @Override
    public String toString() {
        return family + " " + table + " " + name;
    }
}
