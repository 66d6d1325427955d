/**
 * The ten rows of pod traffic, each proved on a running lab with evidence read back from the kernel.
 *
 * <p>Start with {@link dev.fairlead.lab.demo.Demo}. Nothing here believes the lab: addresses, links, routes and connections are
 * asked of the kernel, through sockets opened in the namespaces concerned, and the traffic is real.
 */
@NullMarked
package dev.fairlead.lab.demo;

import org.jspecify.annotations.NullMarked;
