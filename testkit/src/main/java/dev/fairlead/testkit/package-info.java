/**
 * What the tests of every room use: throw-away network namespaces, independent oracles, and the proof that nothing stays
 * behind.
 *
 * <p>Start with {@link dev.fairlead.testkit.RealKernel}, the annotation of a test class that works on the real kernel: it
 * hands out {@link dev.fairlead.testkit.TestNamespaces}, skips with a printed reason where none can be made, and fails the
 * test that leaves a descriptor, namespace, process or file behind. {@link dev.fairlead.testkit.Oracle} asks {@code ip},
 * {@code bridge}, {@code nft}, {@code conntrack} and {@code tcpdump}, never our own code. {@link
 * dev.fairlead.testkit.Story} is a conversation with kubectl, and {@link dev.fairlead.testkit.CuttingRelay} a connection that is cut. {@link
 * dev.fairlead.testkit.Btf} reads the running kernel's own description of its structures, and {@link
 * dev.fairlead.testkit.Golden} holds texts against files. Everything here belongs to the thread of the test.
 */
@NullMarked
package dev.fairlead.testkit;

import org.jspecify.annotations.NullMarked;
