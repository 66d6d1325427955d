package dev.fairlead.kernel.route;

import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * A link's life as a port of a bridge.
 *
 * @param state STP state, {@code BR_STATE_*}: 0 disabled, 1 listening, 2 learning, 3 forwarding, 4 blocking
 * @param cost path cost for STP
 * @param on the flags that are on
 */
public record BridgePort(int state, long cost, Set<PortFlag> on) {
    private static final String[] STATES = {"disabled", "listening", "learning", "forwarding", "blocking"};

    public BridgePort {
        on = Set.copyOf(on);
    }

    public boolean is(PortFlag flag) {
        return on.contains(flag);
    }

    static BridgePort decode(Attributes a) {
        EnumSet<PortFlag> on = EnumSet.noneOf(PortFlag.class);
        for (PortFlag flag : PortFlag.ALL) {
            Optional<Attribute> value = a.find(flag.attribute());
            if (value.isPresent() && value.get().u8() != 0) {
                on.add(flag);
            }
        }
        return new BridgePort(
                a.find(Ifla.IFLA_BRPORT_STATE).map(Attribute::u8).orElse(0),
                a.find(Ifla.IFLA_BRPORT_COST).map(Attribute::u32).orElse(0L),
                on);
    }

    /** {@code state forwarding hairpin on learning on …}: the state, then what is on. */
    @Override
    public String toString() {
        StringBuilder text =
                new StringBuilder("state ").append(state < STATES.length ? STATES[state] : Integer.toString(state));
        for (PortFlag flag : PortFlag.ALL) {
            if (is(flag)) {
                text.append(' ').append(flag.text(true));
            }
        }
        return text.toString();
    }
}
