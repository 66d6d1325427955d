/**
 * The three ways in which a part of an object is changed: JSON patch (RFC 6902), JSON merge patch (RFC 7386), and Kubernetes'
 * strategic merge patch. Documents in, documents out; nothing given is changed.
 */
@NullMarked
package dev.fairlead.api.patch;

import org.jspecify.annotations.NullMarked;
