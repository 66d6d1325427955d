package dev.fairlead.kernel.tap;

/**
 * The flags of a TCP segment, RFC 9293 section 3.1. Prints as {@code tcpdump} does: {@code S}, {@code S.}, {@code P.}.
 *
 * @param bits the byte of the header, FIN lowest; 0 to 255
 */
public record TcpFlags(int bits) {
    private static final String LETTERS = "FSRP.UEW";

    public TcpFlags {
        if (bits < 0 || bits > 255) {
            throw new IllegalArgumentException("TCP's flags are a byte, not " + bits);
        }
    }

    public boolean fin() {
        return (bits & 1) != 0;
    }

    public boolean syn() {
        return (bits & 2) != 0;
    }

    public boolean rst() {
        return (bits & 4) != 0;
    }

    public boolean psh() {
        return (bits & 8) != 0;
    }

    public boolean ack() {
        return (bits & 16) != 0;
    }

    @Override
    public String toString() {
        if (bits == 0) {
            return "none";
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < LETTERS.length(); i++) {
            if ((bits >> i & 1) == 1) {
                text.append(LETTERS.charAt(i));
            }
        }
        return text.toString();
    }
}
