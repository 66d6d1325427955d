/**
 * The API over HTTP. Start with {@link dev.fairlead.api.serve.HttpDoor}: it hands each request to {@link
 * dev.fairlead.api.serve.ApiRouter}, which does what the path asks. Any number of requests at once, each on a thread of its own.
 */
@NullMarked
package dev.fairlead.api.serve;

import org.jspecify.annotations.NullMarked;
