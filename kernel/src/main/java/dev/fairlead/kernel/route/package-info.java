/**
 * Links, addresses, routes and neighbours: {@code rtnetlink(7)}, as {@code ip} and {@code bridge} show them.
 *
 * <p>Start with {@link dev.fairlead.kernel.route.Rtnetlink}, a connection to one network namespace. Its parts ({@link
 * dev.fairlead.kernel.route.Links}, {@link dev.fairlead.kernel.route.Addresses}, {@link
 * dev.fairlead.kernel.route.Routes}, {@link dev.fairlead.kernel.route.Neighbours}) ask and change; the {@code *Requests}
 * classes hold the same messages as values, for callers that send several in one system call. What the kernel holds is
 * read into records that print as the tools print them. Numbers and layouts: {@code <linux/rtnetlink.h>}, {@code
 * <linux/if_link.h>}, {@code <linux/if_addr.h>}, {@code <linux/neighbour.h>}, {@code <linux/if_bridge.h>}. Everything
 * here but the connection and {@link dev.fairlead.kernel.route.RouteEvents} is immutable; a connection is safe from any
 * thread.
 */
@NullMarked
package dev.fairlead.kernel.route;

import org.jspecify.annotations.NullMarked;
