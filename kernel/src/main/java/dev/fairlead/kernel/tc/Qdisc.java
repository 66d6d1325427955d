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

/**
 * A queueing discipline of a link. Prints as {@code tc qdisc show dev} does: {@code qdisc tbf f1: root refcnt 2 rate 10Mbit
 * burst 32Kb lat 25ms}.
 *
 * @param device index of the link
 * @param handle its own; {@link QdiscHandle#NONE} to have the kernel choose
 * @param parent where it hangs
 * @param references {@code tcm_info} of what the kernel sends: who uses it
 * @param rest attributes that aren't known here, written back as they came
 */
public record Qdisc(
        int device, QdiscHandle handle, QdiscHandle parent, QdiscKind kind, int references, List<Attribute> rest) {

    public Qdisc {
        rest = List.copyOf(rest);
    }

    /** For what a link sends. */
    public static Qdisc root(int device, QdiscHandle handle, QdiscKind kind) {
        return new Qdisc(device, handle, QdiscHandle.ROOT, kind, 0, List.of());
    }

    /** Holds filters for what a link receives and sends, and no queue. */
    public static Qdisc clsact(int device) {
        return new Qdisc(device, QdiscHandle.AT_INGRESS, QdiscHandle.INGRESS, new QdiscKind.Clsact(), 0, List.of());
    }

    /** Reads an {@code RTM_NEWQDISC} or {@code RTM_DELQDISC}. */
    public static Qdisc decode(Message message) {
        Attributes a = message.attributes(TCMSG);
        ByteBuffer header = message.buffer();
        String name = a.require(TCA_KIND, "the queueing discipline's kind").string();
        Optional<Attribute> options = a.find(TCA_OPTIONS);
        List<Attribute> rest = new ArrayList<>();
        for (Attribute attribute : a) {
            if (attribute.type() != TCA_KIND && attribute.type() != TCA_OPTIONS) {
                rest.add(attribute);
            }
        }
        return new Qdisc(
                header.getInt(4),
                new QdiscHandle(header.getInt(8)),
                new QdiscHandle(header.getInt(12)),
                QdiscKind.decode(name, options),
                header.getInt(16),
                rest);
    }

    /** {@code struct tcmsg} and attributes. */
    byte[] encode() {
        Encoder encoder = header(device, handle, parent, references).attributeString(TCA_KIND, kind.name());
        kind.encode(encoder);
        rest.forEach(encoder::copy);
        return encoder.toBytes();
    }

    static Encoder header(int device, QdiscHandle handle, QdiscHandle parent, int info) {
        return new Encoder()
                .zeros(4)
                .u32(device)
                .u32(handle.number())
                .u32(parent.number())
                .u32(info);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("qdisc ")
                .append(kind.name())
                .append(' ')
                .append(Integer.toHexString(handle.major()))
                .append(": ");
        if (parent.equals(QdiscHandle.ROOT)) {
            text.append("root ");
        } else if (!parent.equals(QdiscHandle.NONE)) {
            text.append("parent ").append(parent).append(' ');
        }
        if (references != 1) {
            text.append("refcnt ").append(references).append(' ');
        }
        return text.append(kind).toString().stripTrailing();
    }
}
