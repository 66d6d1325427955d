package dev.fairlead.kernel;

/** The kernel answered a netlink request with an error. The message carries its extended text when it sent one. */
public final class NetlinkException extends KernelException {
    private static final long serialVersionUID = 1L;

    private final Errno errno;
    private final String reason;

    /**
     * @param wanted what the caller wanted, as an infinitive: {@code "add the address 10.244.1.5/24 to eth0"}
     * @param reason the kernel's extended text ({@code NLMSGERR_ATTR_MSG}), empty when it sent none
     * @param where the attribute that the kernel's offset ({@code NLMSGERR_ATTR_OFFS}) points at, or the one it missed;
     *     empty when it named none
     */
    public NetlinkException(String wanted, Errno errno, String reason, String where) {
        super("could not " + wanted + ": the kernel refused with " + errno + (reason.isEmpty() ? "" : ": " + reason)
                + (where.isEmpty() ? "" : " (at " + where + ")"));
        this.errno = errno;
        this.reason = reason;
    }

    @Override
    public Errno errno() {
        return errno;
    }

    /** Also EADDRNOTAVAIL, which is what deleting an address gets that the link doesn't have. */
    @Override
    public boolean isNotFound() {
        return super.isNotFound() || errno.equals(Errno.EADDRNOTAVAIL);
    }

    /** The kernel's own words, empty when it said none. */
    public String reason() {
        return reason;
    }
}
