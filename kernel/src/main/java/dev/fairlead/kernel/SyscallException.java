package dev.fairlead.kernel;

/** A system call failed. */
public final class SyscallException extends KernelException {
    private static final long serialVersionUID = 1L;

    private final Errno errno;

    /**
     * @param wanted what the caller wanted, as an infinitive: {@code "enter the network namespace of process 17"}
     * @param call the name of the system call
     */
    public SyscallException(String wanted, String call, Errno errno) {
        super("could not " + wanted + ": " + call + " was refused with " + errno);
        this.errno = errno;
    }

    @Override
    public Errno errno() {
        return errno;
    }
}
