/**
 * SPDY/3.1 as far as {@code kubectl port-forward} speaks it (draft-mbelshe-httpbis-spdy-00 and the changes of 3.1): streams
 * over one connection. There is no flow control, since its only partners, {@code moby/spdystream} in kubectl and client-go,
 * have none.
 */
@NullMarked
package dev.fairlead.api.spdy;

import org.jspecify.annotations.NullMarked;
