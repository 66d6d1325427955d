/**
 * A small Kubernetes API server: objects as JSON documents, checked against the types that Kubernetes has, kept in memory and
 * in a log, and told to whoever watches. Knows no kernel word, and nothing of what a lab does with its objects.
 *
 * <p>Start with {@link dev.fairlead.api.Registry}, the verbs, and {@link dev.fairlead.api.serve.HttpDoor}, the way in. {@code types} are the fields of the Kubernetes types, {@code resource} the
 * kinds and what is particular to each, {@code store} keeps objects and their history, {@code patch} the three ways to change
 * a part, {@code stream} and {@code spdy} carry streams into pods, {@code serve} speaks HTTP. All of it may be used from any thread.
 */
@NullMarked
package dev.fairlead.api;

import org.jspecify.annotations.NullMarked;
