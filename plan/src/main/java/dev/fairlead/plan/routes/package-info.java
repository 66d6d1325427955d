/**
 * Which routes lead from this node to the pods of the others: {@code podCIDR via nodeIP}, what flannel calls host-gw.
 *
 * <p>Start with {@link dev.fairlead.plan.routes.NodeRoutes}. Everything is immutable and safe for any thread.
 */
@NullMarked
package dev.fairlead.plan.routes;

import org.jspecify.annotations.NullMarked;
