/**
 * A node's eyes ({@link dev.fairlead.trace.observe.Eyes}) over a connection, both ends: {@link
 * dev.fairlead.trace.remote.RemoteEyes} asks, {@link dev.fairlead.trace.remote.EyesServer} has them opened and answers. A question and
 * its answer are a line of JSON each; the questions are in {@link dev.fairlead.trace.remote.Question}. What is armed lasts as long
 * as the connection. Whose socket it is is no matter of this package.
 */
@NullMarked
package dev.fairlead.trace.remote;

import org.jspecify.annotations.NullMarked;
