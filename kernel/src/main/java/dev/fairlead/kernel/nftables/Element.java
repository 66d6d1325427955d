package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.kernel.nftables.expression.Datum;
import java.time.Duration;

/**
 * An element of a set or map.
 *
 * @param key empty for the one that matches whatever no other does ({@code *})
 * @param end the last key when it is a range, inclusive; empty otherwise
 * @param value what it stands for in a map, empty in a set
 * @param timeout milliseconds it lives, 0 for the set's own
 * @param expires milliseconds it has left, in what the kernel sends; 0 when it stays
 * @param comment empty for none
 */
public record Element(Bytes key, Bytes end, Datum value, long timeout, long expires, String comment) {
    public Element {
        Names.checkComment(comment);
    }

    public static Element of(Bytes key) {
        return new Element(key, Bytes.EMPTY, Bytes.EMPTY, 0, 0, "");
    }

    /** The element that matches whatever no other does; not in a set with a constant flag or of plain keys before 5.13. */
    public static Element catchAll() {
        return of(Bytes.EMPTY);
    }

    /** The range from this key to {@code last}, inclusive. */
    public Element upTo(Bytes last) {
        return new Element(key, last.equals(key) ? Bytes.EMPTY : last, value, timeout, expires, comment);
    }

    /** The same element standing for {@code datum}: {@code element.maps(Verdict.goTo("service-A"))}. */
    public Element maps(Datum datum) {
        return new Element(key, end, datum, timeout, expires, comment);
    }

    public Element commented(String text) {
        return new Element(key, end, value, timeout, expires, text);
    }

    public Element timeout(Duration duration) {
        return new Element(key, end, value, duration.toMillis(), expires, comment);
    }

    boolean isCatchAll() {
        return key.isEmpty();
    }

    boolean isRange() {
        return !end.isEmpty();
    }
}
