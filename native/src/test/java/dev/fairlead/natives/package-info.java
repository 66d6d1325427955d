/**
 * Tests of the C programs, {@code pause}, the CNI shim {@code fairlead-cni} and {@code loopback}, as their users meet
 * them: by running them. The package isn't called {@code native} because Java keeps that word for itself.
 *
 * <p>Follows the CNI specification 1.1.0 for the shim and {@code pid_namespaces(7)} for pause. Start with
 * {@code PauseTest} and {@code ShimTest}; {@code Program} starts the programs and {@code FakeAgent} is the other end of
 * the shim's socket. Tests are confined to their thread, a {@code FakeAgent} has one of its own.
 */
@NullMarked
package dev.fairlead.natives;

import org.jspecify.annotations.NullMarked;
