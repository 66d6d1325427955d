/**
 * The side of CNI that calls: network configurations from files, chains of plugins executed in order, results cached.
 *
 * <p>Follows SPEC.md 1.1.0, section 3, and behaves as libcni where the specification leaves a choice: a cache or a
 * configuration directory can be shared with it. Start with {@link dev.fairlead.cni.runtime.CniRuntime}, or with
 * {@link dev.fairlead.cni.runtime.NetConfFiles} for what it is given. Executing a file is left to a
 * {@link dev.fairlead.cni.runtime.PluginExec}, since only the caller knows in which network namespace. Any thread.
 */
@NullMarked
package dev.fairlead.cni.runtime;

import org.jspecify.annotations.NullMarked;
