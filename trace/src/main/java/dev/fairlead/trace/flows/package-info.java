/**
 * Who talks to whom in a cluster, from what its nodes' conntrack holds. Start at {@link dev.fairlead.trace.flows.Connections}.
 * Everything is a value and safe for any thread.
 */
@NullMarked
package dev.fairlead.trace.flows;

import org.jspecify.annotations.NullMarked;
