package dev.fairlead.kernel.process;

import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * A pseudo-terminal, {@code pty(7)}: what is written to the master is typed, and what is read there was printed. When the
 * master is closed the kernel hangs up, and the session on the terminal gets SIGHUP.
 *
 * <p>Numbers from {@code <asm-generic/ioctls.h>}.
 */
public final class Terminal implements AutoCloseable {
    private static final long TIOCSPTLCK = 0x40045431L;
    private static final long TIOCGPTN = 0x80045430L;
    private static final long TIOCSWINSZ = 0x5414;

    private final Fd master;
    private final Path path;

    private Terminal(Fd master, Path path) {
        this.master = master;
        this.path = path;
    }

    /**
     * Makes one.
     *
     * @throws dev.fairlead.kernel.SyscallException where there is no devpts file system, or no terminal left
     */
    public static Terminal open() {
        Fd master = Fd.open(Path.of("/dev/ptmx"), Fd.O_RDWR | Fd.O_NOCTTY);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
            Linux.call("unlock a terminal", Linux.Call.IOCTL, master.number(), TIOCSPTLCK, number.address());
            Linux.call("ask for a terminal's number", Linux.Call.IOCTL, master.number(), TIOCGPTN, number.address());
            return new Terminal(master, Path.of("/dev/pts/" + number.get(ValueLayout.JAVA_INT, 0)));
        } catch (RuntimeException e) {
            master.close();
            throw e;
        }
    }

    /** Whoever uses the terminal opens this. */
    public Path path() {
        return path;
    }

    /** Still owned by this object. */
    public Fd master() {
        return master;
    }

    /** Says how large the user's window is; the foreground process gets SIGWINCH. @param columns and rows 0 to 65535 */
    public void resize(int columns, int rows) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(8, 2); // struct winsize: rows, columns, and both in pixels
            size.set(ValueLayout.JAVA_SHORT, 0, (short) rows);
            size.set(ValueLayout.JAVA_SHORT, 2, (short) columns);
            Linux.call("set the size of " + path, Linux.Call.IOCTL, master.number(), TIOCSWINSZ, size.address());
        }
    }

    @Override
    public void close() {
        master.close();
    }
}
