package dev.fairlead.cli;

import dev.fairlead.kernel.process.Exit;

/** Where the JVM begins. The launcher {@code ./fairlead} is the only caller. */
public final class Main {
    private Main() {}

    /** Runs one command and ends the JVM with its exit code. */
    public static void main(String[] args) {
        int code = run(Terminal.ofProcess(), args);
        Launch.answer(code); // after the sentence that says why; a command that stayed has answered before
        if (Launch.namespaces().isPresent() && !training(args)) {
            Exit.now(code); // a lab has threads that wait in the kernel, and the JVM would wait for them
        }
        // Not a plain return: a thread left behind by a failed command must not keep a short command alive.
        System.exit(code);
    }

    /** The JVM writes its start-up cache when it ends in its own way. */
    private static boolean training(String... args) {
        return args.length > 0 && args[0].equals("__train");
    }

    /** Runs one command with all its output on {@code terminal}; returns its exit code and never throws. */
    static int run(Terminal terminal, String... args) {
        int code;
        if (args.length == 1 && args[0].equals("--version")) {
            // Scripts ask for the version in loops, and building the command line costs as much as the JVM's start.
            terminal.out().println(Version.line());
            code = 0;
        } else {
            code = FairleadCommand.run(terminal, args);
        }
        terminal.flush();
        return code;
    }
}
