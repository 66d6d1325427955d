/**
 * One page that draws a cluster and plays the way of its packets. Start at {@link dev.fairlead.web.PageDoor}, which serves it, and
 * {@link dev.fairlead.web.ClusterView}, all that it knows of a cluster. The page itself is in the resources of this package. Each
 * request has a thread of its own.
 */
@NullMarked
package dev.fairlead.web;

import org.jspecify.annotations.NullMarked;
