package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.expression.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * The type of a set's keys or a map's values: one scalar type, or several concatenated. In a concatenation each part begins
 * at a 32-bit boundary.
 *
 * @param scalars the parts; empty when the number is none that is known here
 * @param number nft's number: 6 bits for each part, the first highest
 * @param length in bytes
 */
public record SetType(List<ScalarType> scalars, int number, int length) {
    /** Of what a plain set's elements stand for. */
    public static final SetType NONE = new SetType(List.of(), 0, 0);

    public static final SetType VERDICT = of(ScalarType.VERDICT);

    private static final int PART_BITS = 6;

    public SetType {
        scalars = List.copyOf(scalars);
    }

    public static SetType of(ScalarType... scalars) {
        return of(List.of(scalars));
    }

    static SetType of(List<ScalarType> scalars) {
        if (scalars.size() == 1) {
            ScalarType only = scalars.getFirst();
            return new SetType(scalars, only.number(), only.length());
        }
        int number = 0;
        int length = 0;
        for (ScalarType scalar : scalars) {
            number = number << PART_BITS | scalar.number();
            length += scalar.padded();
        }
        return new SetType(scalars, number, length);
    }

    /** From what the kernel keeps. */
    static SetType of(int number, int length) {
        if (number == ScalarType.VERDICT.number()) {
            return VERDICT;
        }
        List<ScalarType> scalars = new ArrayList<>();
        for (int rest = number; rest != 0; rest >>>= PART_BITS) {
            var part = ScalarType.of(rest & (1 << PART_BITS) - 1);
            if (part.isEmpty()) {
                return new SetType(List.of(), number, length);
            }
            scalars.addFirst(part.get());
        }
        SetType known = of(scalars);
        // INTEGER comes in other lengths too: those aren't known here.
        return known.length == length ? known : new SetType(List.of(), number, length);
    }

    boolean isConcatenation() {
        return scalars.size() > 1;
    }

    boolean isVerdict() {
        return this.equals(VERDICT);
    }

    /**
     * A value from its parts, each as {@link ScalarType#bytes} takes it: {@code type.value(ip, Protocol.TCP, 443)}.
     *
     * @throws IllegalArgumentException when there are too few or too many, or one isn't of its type
     */
    public Bytes value(Object... parts) {
        if (parts.length == 1 && parts[0] instanceof Bytes bytes && bytes.length() == length) {
            return bytes;
        }
        if (parts.length != scalars.size()) {
            throw new IllegalArgumentException("the type " + this + " takes " + scalars.size() + " values, not "
                    + parts.length + ": " + List.of(parts));
        }
        if (parts.length == 1) {
            return scalars.getFirst().bytes(parts[0]);
        }
        Bytes all = Bytes.EMPTY;
        for (int i = 0; i < parts.length; i++) {
            all = all.plus(scalars.get(i).bytes(parts[i]).resized(scalars.get(i).padded()));
        }
        return all;
    }

    /** The parts of a value. */
    List<Bytes> parts(Bytes value) {
        List<Bytes> parts = new ArrayList<>();
        int at = 0;
        for (ScalarType scalar : scalars) {
            parts.add(value.resized(length).slice(at, scalar.length()));
            at += scalar.padded();
        }
        return parts;
    }

    /** As nft prints a value. */
    String text(Bytes value) {
        if (scalars.isEmpty()) {
            return "0x" + value.hex();
        }
        List<String> texts = new ArrayList<>();
        List<Bytes> parts = parts(value);
        for (int i = 0; i < parts.size(); i++) {
            texts.add(Scalars.text(scalars.get(i), parts.get(i)));
        }
        return String.join(" . ", texts);
    }

    /** {@code ipv4_addr . inet_proto . inet_service}. */
    @Override
    public String toString() {
        if (scalars.isEmpty()) {
            return "type " + Integer.toUnsignedString(number);
        }
        List<String> names = new ArrayList<>();
        for (ScalarType scalar : scalars) {
            names.add(scalar.toString());
        }
        return String.join(" . ", names);
    }
}
