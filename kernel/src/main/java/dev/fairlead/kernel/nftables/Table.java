package dev.fairlead.kernel.nftables;

import java.util.ArrayList;
import java.util.List;

/**
 * A table: a name space for chains and sets.
 *
 * @param flags {@link #DORMANT}, {@link #OWNED}
 * @param comment empty for none
 * @param handle the kernel's number for it, 0 as long as it has none
 */
public record Table(TableFamily family, String name, int flags, String comment, long handle) {
    /** Its base chains see nothing ({@code NFT_TABLE_F_DORMANT}). */
    public static final int DORMANT = 1;

    /**
     * Only the socket that made it may change it, and it goes with that socket, however its process ends ({@code
     * NFT_TABLE_F_OWNER}, since 5.12).
     */
    public static final int OWNED = 2;

    public Table {
        Names.check("table", name);
        Names.checkComment(comment);
    }

    public static Table of(TableFamily family, String name) {
        return new Table(family, name, 0, "", 0);
    }

    public Table commented(String text) {
        return new Table(family, name, flags, text, handle);
    }

    public Table dormant() {
        return new Table(family, name, flags | DORMANT, comment, handle);
    }

    public Table owned() {
        return new Table(family, name, flags | OWNED, comment, handle);
    }

    /** A chain that is jumped to. */
    public Chain chain(String chain) {
        return new Chain(family, this.name, chain, Hook.NONE, "", 0);
    }

    /** A chain that packets enter by themselves. */
    public Chain chain(String chain, Hook hook) {
        return new Chain(family, this.name, chain, hook, "", 0);
    }

    /** A set whose elements are concatenations of these types, or single values of the one. */
    public NftSet set(String set, ScalarType... key) {
        return NftSet.of(family, this.name, set, SetType.of(key), SetType.NONE);
    }

    public NftSet map(String map, SetType key, SetType value) {
        return NftSet.of(family, this.name, map, key, value);
    }

    public NftSet verdictMap(String map, ScalarType... key) {
        return NftSet.of(family, this.name, map, SetType.of(key), SetType.VERDICT);
    }

    boolean owns(TableFamily otherFamily, String table) {
        return family == otherFamily && name.equals(table);
    }

    List<String> flagNames() {
        List<String> names = new ArrayList<>();
        if ((flags & DORMANT) != 0) {
            names.add("dormant");
        }
        if ((flags & OWNED) != 0) {
            names.add("owner");
        }
        return names;
    }

    /** {@code inet fairlead}. */
    @Override
    public String toString() {
        return family + " " + name;
    }
}
