package dev.fairlead.kernel.tc;

import static dev.fairlead.kernel.tc.Tca.*;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * An action that sends a packet to another link, {@code tc-mirred(8)}: {@code struct tc_mirred} of {@code
 * <linux/tc_act/tc_mirred.h>}, which is index, capabilities, action, references, bindings, direction and link.
 *
 * @param index the kernel's number of the action; 0 for a new one
 * @param action what becomes of the packet here: 4, stolen, when it is redirected
 * @param direction {@code TCA_EGRESS_REDIR} (1), {@code TCA_EGRESS_MIRROR} (2), and 3 and 4 for ingress
 * @param device index of the link it goes to; 0 when that is gone, and then the packet is dropped
 * @param rest attributes of the action that aren't known here, written back as they came
 */
public record Mirred(
        int index, int action, int references, int bindings, int direction, int device, List<Attribute> rest) {
    static final String KIND = "mirred";

    /** {@code sizeof(struct tc_mirred)}. */
    static final int PARMS = 28;

    private static final List<String> DIRECTIONS =
            List.of("unknown", "Egress Redirect", "Egress Mirror", "Ingress Redirect", "Ingress Mirror");
    private static final List<String> ACTIONS =
            List.of("pass", "reclassify", "drop", "pipe", "stolen", "queued", "repeat", "redirect", "trap");

    public Mirred {
        rest = List.copyOf(rest);
    }

    /** Has a link send the packet, and nobody here see it. */
    public static Mirred redirectTo(int device) {
        return new Mirred(0, TC_ACT_STOLEN, 0, 0, TCA_EGRESS_REDIR, device, List.of());
    }

    /** @param action the attributes of one action, of the kind {@value #KIND} */
    static Mirred decode(Attributes action) {
        Attributes options =
                action.require(TCA_ACT_OPTIONS, "the action's options").nested();
        Attribute parms = options.require(TCA_MIRRED_PARMS, "where the action sends packets");
        if (parms.length() < PARMS) {
            throw new DecodeException("struct tc_mirred has " + PARMS + " bytes, not " + parms.length());
        }
        ByteBuffer bytes = ByteBuffer.wrap(parms.bytes()).order(ByteOrder.nativeOrder());
        List<Attribute> rest = new ArrayList<>();
        for (Attribute attribute : action) {
            if (attribute.type() != TCA_ACT_KIND && attribute.type() != TCA_ACT_OPTIONS) {
                rest.add(attribute);
            }
        }
        return new Mirred(
                bytes.getInt(0),
                bytes.getInt(8),
                bytes.getInt(12),
                bytes.getInt(16),
                bytes.getInt(20),
                bytes.getInt(24),
                rest);
    }

    void encode(Encoder action) {
        Encoder parms = new Encoder().u32(index).u32(0).u32(this.action).u32(references);
        parms.u32(bindings).u32(direction).u32(device);
        action.attributeString(TCA_ACT_KIND, KIND);
        action.nested(TCA_ACT_OPTIONS, options -> options.attribute(TCA_MIRRED_PARMS, parms.toBytes()));
        rest.forEach(action::copy);
    }

    /** The two lines that {@code tc} prints, without their indentation. */
    String text(String deviceName) {
        return "mirred (" + word(DIRECTIONS, direction) + " to device " + deviceName + ") " + word(ACTIONS, action)
                + "\nindex " + index + " ref " + references + " bind " + bindings;
    }

    private static String word(List<String> words, int number) {
        return number >= 0 && number < words.size() ? words.get(number) : "[" + number + "]";
    }
}
