/**
 * What this node's data path must hold so that Services work: which virtual address goes to which pods, what is refused,
 * and what is masqueraded. Follows kube-proxy's nftables mode ({@code pkg/proxy/nftables/README.md}), for ClusterIPs.
 *
 * <p>Start with {@link dev.fairlead.plan.services.ServicePlan}. Everything is immutable and safe for any thread.
 */
@NullMarked
package dev.fairlead.plan.services;

import org.jspecify.annotations.NullMarked;
