package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.expression.Bytes;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Protocol;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * What a value means: nft's data types. The kernel only keeps their numbers; {@code nft list} needs them to print a set.
 * Source of the numbers: what {@code nft} writes into {@code NFTA_SET_KEY_TYPE}.
 */
public enum ScalarType {
    /** {@code NFT_DATA_VERDICT}, only as a map's values. */
    VERDICT(0xffffff00, "verdict", 0, false),
    NF_PROTO(2, "nf_proto", 1, true),
    INTEGER(4, "integer", 4, true),
    /** nft has no type of its own for zones. */
    ZONE(4, "integer", 2, true),
    IPV4_ADDR(7, "ipv4_addr", 4, false),
    IPV6_ADDR(8, "ipv6_addr", 16, false),
    ETHER_ADDR(9, "ether_addr", 6, false),
    ETHER_TYPE(10, "ether_type", 2, false),
    INET_PROTO(12, "inet_proto", 1, false),
    INET_SERVICE(13, "inet_service", 2, false),
    ICMP(14, "icmp_type", 1, false),
    TCP_FLAG(15, "tcp_flag", 1, false),
    MARK(19, "mark", 4, true),
    IFACE_INDEX(20, "iface_index", 4, true),
    STATE(26, "ct_state", 4, true),
    DIRECTION(27, "ct_dir", 1, true),
    STATUS(28, "ct_status", 4, true),
    ICMPV6(29, "icmpv6_type", 1, false),
    PKT_TYPE(31, "pkt_type", 1, true),
    FIB_ADDRTYPE(38, "fib_addrtype", 4, true),
    BOOLEAN(39, "boolean", 1, true),
    /** As {@link #BOOLEAN}, where the kernel compares a whole register. */
    PRESENCE(39, "boolean", 4, true),
    IFNAME(41, "ifname", 16, true);

    private final int number;
    private final String text;
    private final int length;
    private final boolean hostOrder;

    ScalarType(int number, String text, int length, boolean hostOrder) {
        this.number = number;
        this.text = text;
        this.length = length;
        this.hostOrder = hostOrder;
    }

    public int number() {
        return number;
    }

    /** In bytes. */
    public int length() {
        return length;
    }

    /** In bytes, rounded up to whole 32-bit registers. */
    int padded() {
        return length + 3 & ~3;
    }

    /** Whether its numbers lie in host byte order. */
    boolean isHostOrder() {
        return hostOrder;
    }

    ByteOrder order() {
        return hostOrder ? ByteOrder.nativeOrder() : ByteOrder.BIG_ENDIAN;
    }

    /** Values are sets of bits with names: {@code ct state established,related}. */
    boolean isBitmask() {
        return this == STATE || this == STATUS || this == TCP_FLAG;
    }

    boolean isAddress() {
        return this == IPV4_ADDR || this == IPV6_ADDR;
    }

    public static ScalarType address(Family family) {
        return family == Family.IPV4 ? IPV4_ADDR : IPV6_ADDR;
    }

    static Optional<ScalarType> of(int number) {
        for (ScalarType type : values()) {
            if (type.number == number) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /**
     * The value as it lies in a register: an {@link Ip}, {@link Mac}, {@link Protocol}, {@link Number}, a {@link String} in
     * nft's notation, or {@link Bytes} of the right length.
     *
     * @throws IllegalArgumentException when it isn't a value of this type
     */
    public Bytes bytes(Object value) {
        return switch (value) {
            case Ip ip when isAddress() && ip.family().bytes() == length -> Bytes.of(ip.bytes());
            case Mac mac when this == ETHER_ADDR -> Bytes.of(mac.bytes());
            case Protocol protocol when this == INET_PROTO -> Bytes.u8(protocol.number());
            case Number number when !isAddress() && length <= 4 -> number(number.longValue());
            case String string -> Scalars.parse(this, string);
            case Bytes bytes when bytes.length() == length -> bytes;
            default -> throw notOne(value);
        };
    }

    private Bytes number(long value) {
        if (value < 0 || value >>> (8 * length) != 0) {
            throw notOne(value);
        }
        return switch (length) {
            case 1 -> Bytes.u8((int) value);
            case 2 -> hostOrder ? Bytes.host16((int) value) : Bytes.be16((int) value);
            default -> Bytes.host32(value);
        };
    }

    IllegalArgumentException notOne(Object value) {
        return new IllegalArgumentException("'" + value + "' is not a value of the type " + text);
    }

    /** As {@code nft} names it. */
    @Override
    public String toString() {
        return text;
    }
}
