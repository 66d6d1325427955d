package dev.fairlead.kernel;

import java.util.Locale;

/**
 * An error number of the kernel, {@code <asm-generic/errno.h>}: the same on x86-64 and aarch64.
 *
 * @param number positive; 0 for "none"
 */
public record Errno(int number) {
    public static final Errno NONE = new Errno(0);
    public static final Errno EPERM = new Errno(1);
    public static final Errno ENOENT = new Errno(2);
    public static final Errno ESRCH = new Errno(3);
    public static final Errno EINTR = new Errno(4);
    public static final Errno ENXIO = new Errno(6);
    public static final Errno ECHILD = new Errno(10);
    public static final Errno EAGAIN = new Errno(11);
    public static final Errno EACCES = new Errno(13);
    public static final Errno EBUSY = new Errno(16);
    public static final Errno EEXIST = new Errno(17);
    public static final Errno ENODEV = new Errno(19);
    public static final Errno EINVAL = new Errno(22);
    public static final Errno ERANGE = new Errno(34);
    public static final Errno ENOSYS = new Errno(38);
    public static final Errno ERESTART = new Errno(85);
    public static final Errno EMSGSIZE = new Errno(90);
    public static final Errno EPROTONOSUPPORT = new Errno(93);
    public static final Errno EOPNOTSUPP = new Errno(95);
    public static final Errno EAFNOSUPPORT = new Errno(97);
    public static final Errno EADDRNOTAVAIL = new Errno(99);
    public static final Errno ENETDOWN = new Errno(100);
    public static final Errno ENETUNREACH = new Errno(101);
    public static final Errno ENOBUFS = new Errno(105);
    public static final Errno ETIMEDOUT = new Errno(110);
    public static final Errno ECONNREFUSED = new Errno(111);
    public static final Errno EHOSTUNREACH = new Errno(113);

    public boolean isOneOf(Errno... others) {
        for (Errno other : others) {
            if (equals(other)) {
                return true;
            }
        }
        return false;
    }

    /** What the C library says to it, in lower case: {@code no route to host}. */
    public String text() {
        String whole = toString();
        int open = whole.indexOf('(');
        return open < 0 ? whole : whole.substring(open + 1, whole.length() - 1).toLowerCase(Locale.ROOT);
    }

    /** {@code EEXIST (File exists)}, or the bare number where it isn't one of those met in networking. */
    @Override
    public String toString() {
        return switch (number) {
            case 0 -> "no error";
            case 1 -> "EPERM (Operation not permitted)";
            case 2 -> "ENOENT (No such file or directory)";
            case 3 -> "ESRCH (No such process)";
            case 4 -> "EINTR (Interrupted system call)";
            case 5 -> "EIO (Input/output error)";
            case 6 -> "ENXIO (No such device or address)";
            case 7 -> "E2BIG (Argument list too long)";
            case 8 -> "ENOEXEC (Exec format error)";
            case 9 -> "EBADF (Bad file descriptor)";
            case 10 -> "ECHILD (No child processes)";
            case 11 -> "EAGAIN (Resource temporarily unavailable)";
            case 12 -> "ENOMEM (Cannot allocate memory)";
            case 13 -> "EACCES (Permission denied)";
            case 16 -> "EBUSY (Device or resource busy)";
            case 17 -> "EEXIST (File exists)";
            case 19 -> "ENODEV (No such device)";
            case 20 -> "ENOTDIR (Not a directory)";
            case 21 -> "EISDIR (Is a directory)";
            case 22 -> "EINVAL (Invalid argument)";
            case 24 -> "EMFILE (Too many open files)";
            case 26 -> "ETXTBSY (Text file busy)";
            case 28 -> "ENOSPC (No space left on device)";
            case 30 -> "EROFS (Read-only file system)";
            case 32 -> "EPIPE (Broken pipe)";
            case 34 -> "ERANGE (Numerical result out of range)";
            case 38 -> "ENOSYS (Function not implemented)";
            case 40 -> "ELOOP (Too many levels of symbolic links)";
            case 71 -> "EPROTO (Protocol error)";
            case 75 -> "EOVERFLOW (Value too large)";
            case 85 -> "ERESTART (Interrupted system call should be restarted)";
            case 90 -> "EMSGSIZE (Message too long)";
            case 93 -> "EPROTONOSUPPORT (Protocol not supported)";
            case 95 -> "EOPNOTSUPP (Operation not supported)";
            case 97 -> "EAFNOSUPPORT (Address family not supported by protocol)";
            case 98 -> "EADDRINUSE (Address already in use)";
            case 99 -> "EADDRNOTAVAIL (Cannot assign requested address)";
            case 100 -> "ENETDOWN (Network is down)";
            case 101 -> "ENETUNREACH (Network is unreachable)";
            case 104 -> "ECONNRESET (Connection reset by peer)";
            case 105 -> "ENOBUFS (No buffer space available)";
            case 107 -> "ENOTCONN (Transport endpoint is not connected)";
            case 110 -> "ETIMEDOUT (Connection timed out)";
            case 111 -> "ECONNREFUSED (Connection refused)";
            case 113 -> "EHOSTUNREACH (No route to host)";
            default -> "errno " + number;
        };
    }
}
