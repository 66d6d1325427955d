package dev.fairlead.kernel;

/** Bytes that should be a kernel message are cut short or contradict themselves. */
public final class DecodeException extends KernelException {
    private static final long serialVersionUID = 1L;

    public DecodeException(String message) {
        super(message);
    }

    @Override
    public Errno errno() {
        return Errno.NONE;
    }
}
