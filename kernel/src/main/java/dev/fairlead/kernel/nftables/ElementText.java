package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.kernel.nftables.expression.Verdict;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Elements as {@code nft list} prints them. */
final class ElementText {
    private static final int BRIEF = 3;

    private ElementText() {}

    static String of(NftSet set, Element e) {
        StringBuilder text = new StringBuilder(key(set.key(), e));
        if (e.timeout() != 0) {
            text.append(" timeout ").append(duration(e.timeout()));
        }
        if (e.expires() != 0) {
            text.append(" expires ").append(duration(e.expires()));
        }
        if (!e.comment().isEmpty()) {
            text.append(" comment \"").append(e.comment()).append('"');
        }
        if (set.isMap()) {
            text.append(" : ")
                    .append(
                            switch (e.value()) {
                                case Bytes bytes -> set.value().text(bytes);
                                case Verdict verdict -> verdict.toString();
                            });
        }
        return text.toString();
    }

    /** A few of them, for messages. */
    static String brief(NftSet set, List<Element> elements) {
        List<String> texts = new ArrayList<>();
        for (Element element : elements.subList(0, Math.min(BRIEF, elements.size()))) {
            texts.add(of(set, element));
        }
        int more = elements.size() - texts.size();
        return String.join(", ", texts) + (more > 0 ? ", … " + more + " more" : "");
    }

    private static String key(SetType type, Element e) {
        if (e.isCatchAll()) {
            return "*";
        }
        if (!e.isRange() || type.scalars().isEmpty()) {
            return type.text(e.key());
        }
        List<Bytes> from = type.parts(e.key());
        List<Bytes> to = type.parts(e.end());
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < from.size(); i++) {
            texts.add(range(type.scalars().get(i), from.get(i), to.get(i)));
        }
        return String.join(" . ", texts);
    }

    /** A value, a prefix or a range, whichever says it. */
    static String range(ScalarType type, Bytes from, Bytes to) {
        if (from.equals(to)) {
            return Scalars.text(type, from);
        }
        int bits = type.isAddress() ? prefixLength(from, to) : -1;
        return Scalars.text(type, from) + (bits >= 0 ? "/" + bits : "-" + Scalars.text(type, to));
    }

    /** Length of the prefix that is just this range, -1 when none is. */
    static int prefixLength(Bytes from, Bytes to) {
        int bits = 0;
        int all = from.length() * 8;
        while (bits < all && bit(from, bits) == bit(to, bits)) {
            bits++;
        }
        for (int i = bits; i < all; i++) {
            if (bit(from, i) != 0 || bit(to, i) != 1) {
                return -1;
            }
        }
        return bits;
    }

    private static int bit(Bytes bytes, int index) {
        return bytes.at(index / 8) >> (7 - index % 8) & 1;
    }

    /** {@code 1d2h3m4s500ms}, as nft prints times. */
    static String duration(long milliseconds) {
        long rest = milliseconds;
        StringBuilder text = new StringBuilder();
        String[] units = {"d", "h", "m", "s", "ms"};
        long[] lengths = {86_400_000, 3_600_000, 60_000, 1000, 1};
        for (int i = 0; i < units.length; i++) {
            if (rest / lengths[i] > 0) {
                text.append(rest / lengths[i]).append(units[i]);
            }
            rest %= lengths[i];
        }
        return text.isEmpty() ? "0s" : text.toString();
    }

    /**
     * In nft's order: by the number a key is, in its own byte order; a concatenation is taken as one number whose last byte
     * weighs most.
     */
    static List<Element> sorted(NftSet set, List<Element> elements) {
        if (set.isConcatenatedInterval()) {
            return elements; // nft leaves these as the kernel lists them
        }
        List<Element> sorted = new ArrayList<>(elements);
        if (set.isInterval()) {
            sorted.sort(Comparator.comparing(Element::isCatchAll)
                    .thenComparing(element -> NetworkOrder.key(set.key(), element.key())));
            return sorted;
        }
        sorted.sort(Comparator.comparing(Element::isCatchAll)
                .thenComparing((a, b) -> Arrays.compareUnsigned(weight(set.key(), a), weight(set.key(), b))));
        return sorted;
    }

    private static byte[] weight(SetType type, Element e) {
        boolean lastWeighsMost = type.isConcatenation()
                || type.scalars().size() == 1 && type.scalars().getFirst().order() == ByteOrder.LITTLE_ENDIAN;
        byte[] bytes = type.isConcatenation() && !e.isCatchAll()
                ? packed(type, e.key())
                : e.key().toArray();
        if (lastWeighsMost) {
            for (int i = 0; i < bytes.length / 2; i++) {
                byte swapped = bytes[i];
                bytes[i] = bytes[bytes.length - 1 - i];
                bytes[bytes.length - 1 - i] = swapped;
            }
        }
        return bytes;
    }

    private static byte[] packed(SetType type, Bytes key) {
        Bytes packed = Bytes.EMPTY;
        for (Bytes part : type.parts(key)) {
            packed = packed.plus(part);
        }
        return packed.toArray();
    }
}
