/**
 * Makes the kernel of a node match a plan: the pod bridge, the wiring of each pod, routes to other nodes, nftables
 * tables for Services, against spoofing, and for host ports and masquerade.
 *
 * <p>In the order in which a packet meets them: {@link dev.fairlead.dataplane.PodWiring} (pod and veth), {@link
 * dev.fairlead.dataplane.SpoofGuard}, {@link dev.fairlead.dataplane.PodBridge}, {@link
 * dev.fairlead.dataplane.ServiceTable} (DNAT and its undoing), {@link dev.fairlead.dataplane.NatTable}, {@link dev.fairlead.dataplane.PeerRoutes}. What each will do
 * is a value that prints before it is done. Each belongs to one node and is safe from any thread unless it says otherwise.
 */
@NullMarked
package dev.fairlead.dataplane;

import org.jspecify.annotations.NullMarked;
