/**
 * A node of the lab on the real kernel: a network namespace on the underlay, pods held by pause processes, containers inside
 * them, attached by executing CNI plugins as a container runtime does.
 *
 * <p>Start with {@link dev.fairlead.lab.node.Sandbox}. Each object owns what it made and takes it away in close.
 */
@NullMarked
package dev.fairlead.lab.node;

import org.jspecify.annotations.NullMarked;
