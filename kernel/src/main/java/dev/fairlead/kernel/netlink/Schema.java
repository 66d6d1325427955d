package dev.fairlead.kernel.netlink;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The kernel's names for the attributes of one place in a message, and how their payloads read. Used only to explain;
 * nothing is encoded or decoded by it. Immutable once built.
 */
public final class Schema {

    /** How a payload reads. */
    public enum Kind {
        FLAG,
        U8,
        U16,
        U32,
        S32,
        U64,
        BE16,
        BE32,
        BE64,
        STRING,
        IP,
        MAC,
        HEX
    }

    /** What one attribute is called and holds. */
    sealed interface Entry {
        String name();

        record Leaf(String name, Kind kind) implements Entry {}

        /**
         * Holds attributes; the inner schema is a supplier because some hold themselves.
         *
         * @param header bytes of a structure in front of them, usually 0
         */
        record Nest(String name, int header, Supplier<Schema> inner) implements Entry {}

        /** Holds attributes that depend on the text of another attribute beside it, {@code IFLA_INFO_KIND} for instance. */
        record Choice(String name, int selector, Function<String, Schema> inner) implements Entry {}
    }

    private final Map<Integer, Entry> entries = new HashMap<>();

    private Schema() {}

    public static Schema of() {
        return new Schema();
    }

    /** A list: every attribute in it, whatever its type, holds the same. */
    public static Schema listOf(String elementName, Supplier<Schema> element) {
        return new Schema().put(ANY, new Entry.Nest(elementName, 0, element));
    }

    private static final int ANY = -1;

    public Schema leaf(int type, String name, Kind kind) {
        return put(type, new Entry.Leaf(name, kind));
    }

    public Schema nest(int type, String name, Supplier<Schema> inner) {
        return put(type, new Entry.Nest(name, 0, inner));
    }

    public Schema nest(int type, String name, Schema inner) {
        return put(type, new Entry.Nest(name, 0, () -> inner));
    }

    /** As {@link #nest}, with a structure of {@code header} bytes in front of the attributes. */
    public Schema nestBehind(int header, int type, String name, Supplier<Schema> inner) {
        return put(type, new Entry.Nest(name, header, inner));
    }

    /**
     * An attribute whose content depends on another one beside it.
     *
     * @param selector type of that other attribute, a string
     * @param inner from its text, empty when it isn't there, to what this one holds
     */
    public Schema choice(int type, String name, int selector, Function<String, Schema> inner) {
        return put(type, new Entry.Choice(name, selector, inner));
    }

    private Schema put(int type, Entry entry) {
        entries.put(type, entry);
        return this;
    }

    Optional<Entry> entry(int type) {
        return Optional.ofNullable(entries.getOrDefault(type, entries.get(ANY)));
    }

    /** The kernel's name of an attribute, or {@code attribute N}. */
    public String name(int type) {
        return entry(type).map(Entry::name).orElse("attribute " + type);
    }
}
