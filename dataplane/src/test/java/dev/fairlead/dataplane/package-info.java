/**
 * The data path judged by the real kernel: {@code TwoNodes} has the drawing of the cluster that most
 * tests use.
 */
@NullMarked
package dev.fairlead.dataplane;

import org.jspecify.annotations.NullMarked;
