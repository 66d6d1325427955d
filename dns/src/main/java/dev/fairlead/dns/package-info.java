/**
 * Answers the names of Services and pods, by the Kubernetes DNS specification (kubernetes/dns, docs/specification.md, version
 * 1.1.0). Start at {@link dev.fairlead.dns.ClusterZone}. The wire format is dnsjava's. Any thread.
 */
@NullMarked
package dev.fairlead.dns;

import org.jspecify.annotations.NullMarked;
