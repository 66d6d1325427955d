/**
 * The node daemon: its doors (CNI and trace now; metrics and health later) and what keeps the node's kernel as the plans say.
 *
 * <p>Start with {@link dev.fairlead.agent.NodeAgent}. Kernel words and Kubernetes words meet here.
 */
@NullMarked
package dev.fairlead.agent;

import org.jspecify.annotations.NullMarked;
