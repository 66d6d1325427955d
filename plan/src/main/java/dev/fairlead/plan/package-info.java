/**
 * Decides: from the cluster's picture to what this node's kernel should hold. Values in, values out; no I/O, no clock.
 *
 * <p>Here are the inputs, shaped after the Kubernetes objects (core/v1 Node and Service, discovery.k8s.io/v1
 * EndpointSlice): start with {@link dev.fairlead.plan.ClusterPicture}. The plans are in {@code ipam}, {@code routes} and
 * {@code services}. Everything is immutable and safe for any thread.
 */
@NullMarked
package dev.fairlead.plan;

import org.jspecify.annotations.NullMarked;
