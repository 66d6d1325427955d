package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.kernel.nftables.expression.Datum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * {@code enum nft_set_elem_attributes}. An interval is one element with two keys where the key is a concatenation, else two
 * elements: the first key, and the key behind the last with {@code NFT_SET_ELEM_INTERVAL_END}.
 */
final class ElementCodec {
    static final int NFTA_SET_ELEM_KEY = 1;
    static final int NFTA_SET_ELEM_DATA = 2;
    static final int NFTA_SET_ELEM_FLAGS = 3;
    static final int NFTA_SET_ELEM_TIMEOUT = 4;
    static final int NFTA_SET_ELEM_EXPIRATION = 5;
    static final int NFTA_SET_ELEM_USERDATA = 6;
    static final int NFTA_SET_ELEM_KEY_END = 10;
    static final int NFTA_SET_ELEM_LIST_TABLE = 1;
    static final int NFTA_SET_ELEM_LIST_SET = 2;
    static final int NFTA_SET_ELEM_LIST_ELEMENTS = 3;
    static final int NFTA_SET_ELEM_LIST_SET_ID = 4;
    private static final int NFTA_LIST_ELEM = 1;
    private static final int INTERVAL_END = 1;
    private static final int CATCHALL = 2;

    /** Room for elements in one attribute, whose length has 16 bits. */
    private static final int LIST_BYTES = 0xffff - 4;

    private ElementCodec() {}

    /** Writes elements into as many messages as they need. */
    static List<byte[]> encode(NftSet set, int setId, List<Element> elements) {
        List<byte[]> bodies = new ArrayList<>();
        Encoder list = new Encoder();
        int used = 0;
        for (Element element : elements) {
            byte[] one = encode(set, element);
            if (used + one.length > LIST_BYTES) {
                bodies.add(body(set, setId, list.toBytes()));
                list = new Encoder();
                used = 0;
            }
            list.bytes(one);
            used += one.length;
        }
        bodies.add(body(set, setId, list.toBytes()));
        return bodies;
    }

    private static byte[] body(NftSet set, int setId, byte[] list) {
        Encoder body = new Encoder().u8(set.family().number()).u8(0).be16(0);
        encodeName(body, set);
        if (setId != 0) {
            body.attributeBe32(NFTA_SET_ELEM_LIST_SET_ID, setId);
        }
        if (list.length != 0) {
            body.nested(NFTA_SET_ELEM_LIST_ELEMENTS, nest -> nest.bytes(list));
        }
        return body.toBytes();
    }

    static void encodeName(Encoder out, NftSet set) {
        out.attributeString(NFTA_SET_ELEM_LIST_TABLE, set.table()).attributeString(NFTA_SET_ELEM_LIST_SET, set.name());
    }

    private static byte[] encode(NftSet set, Element element) {
        Encoder out = new Encoder();
        if (element.isCatchAll()) {
            out.nested(NFTA_LIST_ELEM, e -> {
                e.attributeBe32(NFTA_SET_ELEM_FLAGS, CATCHALL);
                encodeRest(e, set, element);
            });
            return out.toBytes();
        }
        Bytes key = set.isInterval() ? NetworkOrder.key(set.key(), element.key()) : element.key();
        Bytes end = set.isInterval() ? NetworkOrder.key(set.key(), element.end()) : element.end();
        out.nested(NFTA_LIST_ELEM, e -> {
            key.encode(e, NFTA_SET_ELEM_KEY);
            if (set.isConcatenatedInterval()) {
                // nft sends a single key as a range of one, and takes two elements without an end for the ends of one.
                (end.isEmpty() ? key : end).encode(e, NFTA_SET_ELEM_KEY_END);
            }
            encodeRest(e, set, element);
        });
        if (set.isInterval() && !set.isConcatenatedInterval()) {
            Bytes behind = (end.isEmpty() ? key : end).next();
            if (!behind.isEmpty()) {
                out.nested(NFTA_LIST_ELEM, e -> {
                    e.attributeBe32(NFTA_SET_ELEM_FLAGS, INTERVAL_END);
                    behind.encode(e, NFTA_SET_ELEM_KEY);
                });
            }
        }
        return out.toBytes();
    }

    private static void encodeRest(Encoder out, NftSet set, Element element) {
        if (set.isMap() && !element.value().equals(Bytes.EMPTY)) {
            element.value().encode(out, NFTA_SET_ELEM_DATA);
        }
        if (element.timeout() != 0) {
            out.attributeBe64(NFTA_SET_ELEM_TIMEOUT, element.timeout());
        }
        if (!element.comment().isEmpty()) {
            out.attribute(NFTA_SET_ELEM_USERDATA, Userdata.comment(element.comment()));
        }
    }

    /** One element as it is on the wire. */
    private record Raw(int flags, Element element) {}

    /** Reads elements from the bodies of {@code NFT_MSG_NEWSETELEM} messages of one set, in the kernel's order. */
    static List<Element> decode(NftSet set, List<Attributes> messages) {
        List<Raw> raw = new ArrayList<>();
        for (Attributes message : messages) {
            message.find(NFTA_SET_ELEM_LIST_ELEMENTS)
                    .ifPresent(list -> forEach(list, attributes -> raw.add(decodeOne(attributes))));
        }
        if (set.isInterval() && !set.isConcatenatedInterval()) {
            return joined(set, raw);
        }
        List<Element> elements = new ArrayList<>();
        for (Raw one : raw) {
            elements.add(set.isInterval() ? hostOrder(set, one.element) : one.element);
        }
        return elements;
    }

    /** Reads the elements of one message as they are, without putting intervals together. */
    static List<Element> decodeRaw(Attributes message) {
        List<Element> elements = new ArrayList<>();
        message.find(NFTA_SET_ELEM_LIST_ELEMENTS)
                .ifPresent(list -> forEach(list, attributes -> elements.add(decodeOne(attributes).element)));
        return elements;
    }

    private static void forEach(Attribute list, Consumer<Attributes> each) {
        for (Attribute element : list.nested()) {
            each.accept(element.nested());
        }
    }

    private static Raw decodeOne(Attributes in) {
        int flags = in.find(NFTA_SET_ELEM_FLAGS).map(a -> (int) a.be32()).orElse(0);
        Element element = new Element(
                bytes(in, NFTA_SET_ELEM_KEY),
                bytes(in, NFTA_SET_ELEM_KEY_END),
                in.find(NFTA_SET_ELEM_DATA).map(Datum::decode).orElse(Bytes.EMPTY),
                in.find(NFTA_SET_ELEM_TIMEOUT).map(Attribute::be64).orElse(0L),
                in.find(NFTA_SET_ELEM_EXPIRATION).map(Attribute::be64).orElse(0L),
                Userdata.comment(in.find(NFTA_SET_ELEM_USERDATA), Userdata.COMMENT));
        return new Raw(flags, element.upTo(element.end()));
    }

    private static Bytes bytes(Attributes in, int type) {
        return in.find(type).map(Datum::decode).orElse(Bytes.EMPTY) instanceof Bytes bytes ? bytes : Bytes.EMPTY;
    }

    private static Element hostOrder(NftSet set, Element e) {
        return new Element(
                NetworkOrder.key(set.key(), e.key()),
                NetworkOrder.key(set.key(), e.end()),
                e.value(),
                e.timeout(),
                e.expires(),
                e.comment());
    }

    /** Puts the beginnings and ends of intervals together, ascending, the catch-all element last. */
    private static List<Element> joined(NftSet set, List<Raw> raw) {
        List<Raw> sorted = new ArrayList<>(raw);
        sorted.sort(Comparator.comparing((Raw r) -> r.element.key()).thenComparing(r -> (r.flags & INTERVAL_END) == 0));
        List<Element> elements = new ArrayList<>();
        List<Element> catchAll = new ArrayList<>();
        Element open = null;
        for (Raw one : sorted) {
            if ((one.flags & CATCHALL) != 0) {
                catchAll.add(one.element);
                continue;
            }
            if (open != null) {
                elements.add(hostOrder(set, open.upTo(one.element.key().previous())));
            }
            open = (one.flags & INTERVAL_END) == 0 ? one.element : null;
        }
        if (open != null) {
            elements.add(hostOrder(set, open.upTo(highest(set.key().length()))));
        }
        elements.addAll(catchAll);
        return elements;
    }

    private static Bytes highest(int length) {
        byte[] ones = new byte[Math.min(length, 64)];
        Arrays.fill(ones, (byte) 0xff);
        return Bytes.of(ones);
    }
}
