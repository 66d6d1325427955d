package dev.fairlead.kernel;

/**
 * The kernel refused something, or said something that can't be read. The message says what was wanted, what was refused
 * and why; callers ask the question methods and never match the text.
 */
public abstract sealed class KernelException extends RuntimeException
        permits SyscallException, NetlinkException, DecodeException {
    private static final long serialVersionUID = 1L;

    protected KernelException(String message) {
        super(message);
    }

    /** The kernel's error number; {@link Errno#NONE} when what it sent couldn't be read. */
    public abstract Errno errno();

    /** The thing addressed doesn't exist: ENOENT, ENODEV, ESRCH, ENXIO. */
    public boolean isNotFound() {
        return errno().isOneOf(Errno.ENOENT, Errno.ENODEV, Errno.ESRCH, Errno.ENXIO);
    }

    /** The thing to be made is already there: EEXIST. */
    public boolean isAlreadyThere() {
        return errno().equals(Errno.EEXIST);
    }

    /** Not allowed to this process: EPERM, EACCES. */
    public boolean isNotPermitted() {
        return errno().isOneOf(Errno.EPERM, Errno.EACCES);
    }

    /** This kernel was built without the feature: EOPNOTSUPP, EPROTONOSUPPORT, EAFNOSUPPORT, ENOSYS. */
    public boolean isNotSupported() {
        return errno().isOneOf(Errno.EOPNOTSUPP, Errno.EPROTONOSUPPORT, Errno.EAFNOSUPPORT, Errno.ENOSYS);
    }

    /** Worth the same call again: EINTR, EAGAIN, EBUSY. */
    public boolean isTransient() {
        return errno().isOneOf(Errno.EINTR, Errno.EAGAIN, Errno.EBUSY);
    }
}
