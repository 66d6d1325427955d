package dev.fairlead.kernel.tc;

import static dev.fairlead.kernel.tc.Tca.*;

import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Message;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * A filter of a queueing discipline. Prints as {@code tc filter show dev … parent …} does.
 *
 * @param device index of the link
 * @param handle the kernel's name of it; 0 in a new one and in the entry that stands for all of a priority
 * @param protocol {@code ETH_P_*} of the packets it looks at; 3 for all
 * @param priority the order in which filters are asked, from 1
 * @param kind such as {@code u32}
 * @param u32 what a filter of that kind does; empty for other kinds
 * @param rest attributes that aren't known here, written back as they came
 */
public record Filter(
        int device,
        QdiscHandle parent,
        int handle,
        int protocol,
        int priority,
        String kind,
        List<U32> u32,
        List<Attribute> rest) {

    public Filter {
        u32 = List.copyOf(u32);
        rest = List.copyOf(rest);
    }

    /** Sends all that a link with a {@code clsact} receives to another link. */
    public static Filter redirectReceived(int device, int priority, int to) {
        return new Filter(
                device,
                QdiscHandle.CLSACT_INGRESS,
                0,
                ETH_P_ALL,
                priority,
                U32.KIND,
                List.of(U32.redirectAll(to)),
                List.of());
    }

    /** Links that it sends packets to. */
    public List<Integer> redirectsTo() {
        return u32.stream()
                .flatMap(filter -> filter.redirects().stream())
                .map(Mirred::device)
                .toList();
    }

    /** Reads an {@code RTM_NEWTFILTER} or {@code RTM_DELTFILTER}. */
    public static Filter decode(Message message) {
        Attributes a = message.attributes(TCMSG);
        ByteBuffer header = message.buffer();
        String kind = a.require(TCA_KIND, "the filter's kind").string();
        List<U32> u32 = new ArrayList<>();
        List<Attribute> rest = new ArrayList<>();
        for (Attribute attribute : a) {
            if (attribute.type() == TCA_OPTIONS && kind.equals(U32.KIND)) {
                u32.add(U32.decode(attribute.nested()));
            } else if (attribute.type() != TCA_KIND) {
                rest.add(attribute);
            }
        }
        int info = header.getInt(16);
        return new Filter(
                header.getInt(4),
                new QdiscHandle(header.getInt(12)),
                header.getInt(8),
                Short.toUnsignedInt(Short.reverseBytes((short) info)),
                info >>> 16,
                kind,
                u32,
                rest);
    }

    /** {@code struct tcmsg}, whose info is priority and, in network byte order, protocol; and attributes. */
    byte[] encode() {
        Encoder encoder =
                Qdisc.header(device, new QdiscHandle(handle), parent, info()).attributeString(TCA_KIND, kind);
        u32.forEach(filter -> filter.encode(encoder));
        rest.forEach(encoder::copy);
        return encoder.toBytes();
    }

    /** {@code tcm_info}. */
    int info() {
        return priority << 16 | Short.toUnsignedInt(Short.reverseBytes((short) protocol));
    }

    /**
     * The lines of {@code tc filter show}.
     *
     * @param names from a link's index to its name
     */
    public String text(IntFunction<String> names) {
        StringBuilder text = new StringBuilder("filter protocol ")
                .append(protocol == ETH_P_ALL ? "all" : "[" + protocol + "]")
                .append(" pref ")
                .append(priority)
                .append(' ')
                .append(kind);
        number(rest, TCA_CHAIN).ifPresent(chain -> text.append(" chain ").append(chain));
        u32.forEach(filter -> append(text, filter, names));
        return text.toString();
    }

    private void append(StringBuilder text, U32 filter, IntFunction<String> names) {
        text.append(" fh ").append(handleText());
        number(filter.rest(), TCA_U32_DIVISOR)
                .ifPresent(buckets -> text.append(" ht divisor ").append(buckets));
        number(filter.rest(), TCA_U32_HASH).ifPresent(table -> {
            text.append(" order ").append(handle & 0xfff);
            text.append(" key ht ").append(Long.toHexString(table >> 20)).append(" bkt ");
            text.append(Long.toHexString(table >> 12 & 0xff));
        });
        if (filter.terminal()) {
            text.append(" terminal flowid");
        }
        if ((number(filter.rest(), TCA_U32_FLAGS).orElse(0L) & FLAGS_NOT_IN_HW) != 0) {
            text.append(" not_in_hw");
        }
        filter.keys().forEach(key -> text.append("\n  ").append(key));
        int order = 0;
        for (Mirred redirect : filter.redirects()) {
            text.append("\n\taction order ").append(++order).append(": ");
            text.append(redirect.text(names.apply(redirect.device())).replace("\n", "\n\t"));
        }
    }

    /** {@code TC_U32_HTID}, {@code TC_U32_HASH} and {@code TC_U32_NODE} of it. */
    private String handleText() {
        int bucket = handle >>> 12 & 0xff;
        int node = handle & 0xfff;
        String text = Integer.toHexString(handle >>> 20) + ":";
        if (bucket != 0 || node != 0) {
            text += (bucket == 0 ? "" : Integer.toHexString(bucket)) + ":";
        }
        return node == 0 ? text : text + Integer.toHexString(node);
    }

    private static Optional<Long> number(List<Attribute> attributes, int type) {
        return attributes.stream()
                .filter(attribute -> attribute.type() == type && attribute.length() >= Integer.BYTES)
                .map(Attribute::u32)
                .findFirst();
    }

    @Override
    public String toString() {
        return text(index -> "if" + index);
    }
}
