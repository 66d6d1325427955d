package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import java.util.Optional;

/** Bytes of the packet, {@code enum nft_payload_attributes}. */
public sealed interface Payload extends Expression {
    int NFTA_PAYLOAD_DREG = 1;
    int NFTA_PAYLOAD_BASE = 2;
    int NFTA_PAYLOAD_OFFSET = 3;
    int NFTA_PAYLOAD_LEN = 4;
    int NFTA_PAYLOAD_SREG = 5;
    int NFTA_PAYLOAD_CSUM_TYPE = 6;
    int NFTA_PAYLOAD_CSUM_OFFSET = 7;
    int NFTA_PAYLOAD_CSUM_FLAGS = 8;

    /** Where the offset counts from, {@code enum nft_payload_bases}. */
    enum Header {
        LINK,
        NETWORK,
        TRANSPORT,
        INNER;

        String text() {
            return switch (this) {
                case LINK -> "link";
                case NETWORK -> "network";
                case TRANSPORT -> "transport";
                case INNER -> "inner";
            };
        }

        static Optional<Header> of(int number) {
            return number >= 0 && number < values().length ? Optional.of(values()[number]) : Optional.empty();
        }
    }

    /**
     * From the packet to a register.
     *
     * @param offset in bytes
     * @param length in bytes
     */
    record Load(Header header, int offset, int length, int register) implements Payload {
        @Override
        public void encode(Encoder out) {
            out.attributeBe32(NFTA_PAYLOAD_DREG, register)
                    .attributeBe32(NFTA_PAYLOAD_BASE, header.ordinal())
                    .attributeBe32(NFTA_PAYLOAD_OFFSET, offset)
                    .attributeBe32(NFTA_PAYLOAD_LEN, length);
        }

        @Override
        public String text() {
            return "payload load " + length + "b @ " + header.text() + " header + " + offset + " => reg " + register;
        }
    }

    /**
     * From a register to the packet.
     *
     * @param checksumType 0 none, 1 the internet checksum, 2 SCTP's
     * @param checksumOffset where that checksum is, in bytes from the same header
     * @param checksumFlags 1 when the transport header's pseudo-header checksum is to be mended too
     */
    record Store(
            Header header,
            int offset,
            int length,
            int register,
            int checksumType,
            int checksumOffset,
            int checksumFlags)
            implements Payload {
        @Override
        public void encode(Encoder out) {
            out.attributeBe32(NFTA_PAYLOAD_SREG, register)
                    .attributeBe32(NFTA_PAYLOAD_BASE, header.ordinal())
                    .attributeBe32(NFTA_PAYLOAD_OFFSET, offset)
                    .attributeBe32(NFTA_PAYLOAD_LEN, length)
                    .attributeBe32(NFTA_PAYLOAD_CSUM_TYPE, checksumType)
                    .attributeBe32(NFTA_PAYLOAD_CSUM_OFFSET, checksumOffset)
                    .attributeBe32(NFTA_PAYLOAD_CSUM_FLAGS, checksumFlags);
        }

        @Override
        public String text() {
            return "payload write reg " + register + " => " + length + "b @ " + header.text() + " header + " + offset
                    + " csum_type " + checksumType + " csum_off " + checksumOffset + " csum_flags 0x"
                    + Integer.toHexString(checksumFlags);
        }
    }

    @Override
    default String name() {
        return "payload";
    }

    static Optional<Payload> decode(Fields in) {
        int offset = in.be32(NFTA_PAYLOAD_OFFSET);
        int length = in.be32(NFTA_PAYLOAD_LEN);
        Optional<Header> header = Header.of(in.be32(NFTA_PAYLOAD_BASE));
        if (in.has(NFTA_PAYLOAD_SREG)) {
            int register = in.be32(NFTA_PAYLOAD_SREG);
            int type = in.be32(NFTA_PAYLOAD_CSUM_TYPE, 0);
            int at = in.be32(NFTA_PAYLOAD_CSUM_OFFSET, 0);
            int flags = in.be32(NFTA_PAYLOAD_CSUM_FLAGS, 0);
            return header.map(h -> new Store(h, offset, length, register, type, at, flags));
        }
        int register = in.be32(NFTA_PAYLOAD_DREG);
        return header.map(h -> new Load(h, offset, length, register));
    }
}
