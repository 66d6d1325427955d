/**
 * What containers print: written line by line with its time, as container runtimes do, and read as {@code kubectl logs} asks.
 *
 * <p>Start with {@link dev.fairlead.lab.log.ContainerLog}, which has one writer and any number of readers.
 */
@NullMarked
package dev.fairlead.lab.log;

import org.jspecify.annotations.NullMarked;
