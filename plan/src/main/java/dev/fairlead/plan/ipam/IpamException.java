package dev.fairlead.plan.ipam;

import dev.fairlead.packet.Ip;

/** An address couldn't be given, or the journal couldn't be read. The message says what was wanted and what to do. */
public abstract sealed class IpamException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private IpamException(String message) {
        super(message);
    }

    /** Every address that was asked for in a family is leased. CNI's code for it is 11, and 50 or 51 from STATUS. */
    public static final class PoolExhausted extends IpamException {
        private static final long serialVersionUID = 1;

        PoolExhausted(String message) {
            super(message);
        }
    }

    /** Why a specific address wasn't given. */
    public enum Refusal {
        OUTSIDE,
        TAKEN,
        GATEWAY,
        RESERVED,
        TOO_MANY
    }

    /** A specific address (CNI's {@code ips}) can't be given. */
    public static final class AddressRefused extends IpamException {
        private static final long serialVersionUID = 1;

        private final transient Ip address;
        private final Refusal reason;

        AddressRefused(Ip address, Refusal reason, String message) {
            super("address " + address + " was asked for and refused: " + message);
            this.address = address;
            this.reason = reason;
        }

        public Ip address() {
            return address;
        }

        public Refusal reason() {
            return reason;
        }
    }

    /** What is asked contradicts a lease that exists. */
    public static final class LeaseConflict extends IpamException {
        private static final long serialVersionUID = 1;

        LeaseConflict(String message) {
            super(message);
        }
    }

    /** A range contradicts itself, or another one. */
    public static final class BadRange extends IpamException {
        private static final long serialVersionUID = 1;

        BadRange(String message) {
            super(message);
        }
    }

    /** The journal is of a later version of this program: not damaged, and not ours to change. */
    public static final class JournalOfLaterVersion extends IpamException {
        private static final long serialVersionUID = 1;

        JournalOfLaterVersion(int line, long version, String known) {
            super("line " + line + " of the address journal is of version " + version
                    + " and this program knows version " + known);
        }
    }

    /** A line of the journal isn't what was written: put the file aside and rebuild the state from the kernel. */
    public static final class JournalDamaged extends IpamException {
        private static final long serialVersionUID = 1;

        private final int line;
        private final String reason;

        JournalDamaged(int line, String reason) {
            super("line " + line + " of the address journal can't be used: " + reason
                    + "; put the file aside, the leases can be rebuilt from the interfaces that exist");
            this.line = line;
            this.reason = reason;
        }

        /** Counted from 1. */
        public int line() {
            return line;
        }

        public String reason() {
            return reason;
        }
    }
}
