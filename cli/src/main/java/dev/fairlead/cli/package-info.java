/**
 * The {@code fairlead} commands: one class each, read by picocli, started by the launcher {@code ./fairlead}.
 *
 * <p>Start with {@link dev.fairlead.cli.FairleadCommand}, which lists the commands; a new command is one class and one
 * line there. {@link dev.fairlead.cli.Launch} is what the launcher promises to this JVM, and
 * {@link dev.fairlead.cli.Terminal} is where everything is printed. Exit codes: 0 done, 1 failed (one sentence on
 * standard error), 2 wrongly called. Everything here runs on the main thread.
 */
@NullMarked
package dev.fairlead.cli;

import org.jspecify.annotations.NullMarked;
