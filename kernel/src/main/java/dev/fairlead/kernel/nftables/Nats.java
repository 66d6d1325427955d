package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.kernel.nftables.expression.Immediate;
import dev.fairlead.kernel.nftables.expression.Masq;
import dev.fairlead.kernel.nftables.expression.Nat;
import dev.fairlead.kernel.nftables.expression.NatFlags;
import dev.fairlead.kernel.nftables.expression.Redir;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;

/**
 * The statements that translate addresses. A port needs a transport protocol matched before it, or nft could not read the
 * rule back. Meant for static import.
 */
public final class Nats {
    private static final int NONE = Nat.NONE;

    private Nats() {}

    /** {@code dnat ip to 10.0.0.2}. */
    public static Statement dnat(Ip to) {
        return address(true, to);
    }

    /** {@code dnat ip to 10.0.0.2:8080}. */
    public static Statement dnat(Ip to, int port) {
        return new Statement(c -> {
            c.emit(new Immediate(1, Bytes.of(to.bytes())));
            c.emit(new Immediate(2, Bytes.be16(port)));
            c.emit(new Nat(true, to.family(), 1, NONE, 2, NONE, NatFlags.PROTO_SPECIFIED));
        });
    }

    /**
     * {@code dnat ip to ip daddr . tcp dport map @direct}: where the map says, which holds addresses, or addresses and ports.
     *
     * @throws IllegalArgumentException when it holds something else
     */
    public static Statement dnat(Mapping to) {
        return looked(true, to);
    }

    /** {@code snat ip to 10.0.0.2}. */
    public static Statement snat(Ip to) {
        return address(false, to);
    }

    /** {@code snat ip to ip saddr map @outside}. */
    public static Statement snat(Mapping to) {
        return looked(false, to);
    }

    /** {@code masquerade}. */
    public static Statement masquerade() {
        return Statement.of(new Masq(0, NONE, NONE));
    }

    /** {@code masquerade fully-random}: source ports can't be guessed, and two packets at once rarely want the same. */
    public static Statement masqueradeFullyRandom() {
        return Statement.of(new Masq(NatFlags.PROTO_RANDOM_FULLY, NONE, NONE));
    }

    /** {@code redirect to :8080}, to this machine. */
    public static Statement redirect(int port) {
        return new Statement(c -> {
            c.emit(new Immediate(1, Bytes.be16(port)));
            c.emit(new Redir(1, NONE, NatFlags.PROTO_SPECIFIED));
        });
    }

    private static Statement address(boolean destination, Ip to) {
        return new Statement(c -> {
            c.emit(new Immediate(1, Bytes.of(to.bytes())));
            c.emit(new Nat(destination, to.family(), 1, NONE, NONE, NONE, 0));
        });
    }

    private static Statement looked(boolean destination, Mapping to) {
        var parts = to.type().scalars();
        boolean port = parts.size() == 2 && parts.get(1) == ScalarType.INET_SERVICE;
        if (parts.isEmpty() || !parts.getFirst().isAddress() || parts.size() == 2 && !port || parts.size() > 2) {
            throw new IllegalArgumentException("a packet can be sent to an address or to an address and port, and "
                    + to.map().set() + " holds " + to.type());
        }
        Family family = parts.getFirst() == ScalarType.IPV4_ADDR ? Family.IPV4 : Family.IPV6;
        int portRegister = port ? Registers.of(parts.getFirst().padded() / 4) : NONE;
        return new Statement(c -> {
            to.load(c, 1);
            c.emit(new Nat(destination, family, 1, NONE, portRegister, NONE, 0));
        });
    }
}
