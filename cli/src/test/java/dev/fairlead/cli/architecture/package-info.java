/**
 * Holds the project to what MAP.md and its style say: who may use whom, what exists, how things are named, how long they
 * may be. Nothing here looks at what the code does.
 *
 * <p>Start with {@link dev.fairlead.cli.architecture.Checkout}, which is where the tests find sources and classes.
 */
@NullMarked
package dev.fairlead.cli.architecture;

import org.jspecify.annotations.NullMarked;
