/**
 * The words that both sides of the CNI contract share: versions, verbs, errors, and JSON within bounds.
 *
 * <p>Follows the CNI specification 1.1.0 (containernetworking/cni, SPEC.md and CONVENTIONS.md). The rooms around it:
 * {@code protocol} (configuration, requests and results as values), {@code plugin} (the side that is called),
 * {@code runtime} (the side that calls) and {@code shim} (the frames between {@code fairlead-cni} and the agent). Start with
 * {@link dev.fairlead.cni.CniVersion}. Everything here is immutable and safe for any thread.
 *
 * <p>A record component that a message may leave out is an {@link java.util.Optional} in this module: the accessor is a
 * return type, and a second "or null" form of every record would say less.
 */
@NullMarked
package dev.fairlead.cni;

import org.jspecify.annotations.NullMarked;
