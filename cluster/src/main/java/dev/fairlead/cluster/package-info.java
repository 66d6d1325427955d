/**
 * Follows a Kubernetes API and keeps an immutable picture of it, {@link dev.fairlead.plan.ClusterPicture}: what every agent
 * knows of its cluster. Begin at {@link dev.fairlead.cluster.ClusterFollower}.
 *
 * <p>Source: Kubernetes API concepts, "Efficient detection of changes"; KEP-956 (bookmarks). Each kind is followed by a
 * {@link dev.fairlead.cluster.Reflector} of its own on a virtual thread; what they learn meets in {@link
 * dev.fairlead.cluster.Facts} under one lock.
 */
@NullMarked
package dev.fairlead.cluster;

import org.jspecify.annotations.NullMarked;
