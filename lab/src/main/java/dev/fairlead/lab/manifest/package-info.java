/**
 * Reads Kubernetes manifests as people write them, and says in one sentence what is wrong with one.
 *
 * <p>Follows the Kubernetes API types and their validation ({@code k8s.io/api}, {@code pkg/apis/core/validation}) for the
 * fields that the lab acts on, and YAML as {@code kubectl} reads it. Start with
 * {@link dev.fairlead.lab.manifest.ManifestReader}; which fields there are, and what the lab makes of each, is written in
 * {@code Schemas}. {@link dev.fairlead.lab.manifest.Workload} says what a container does when it runs.
 *
 * <p>Everything is immutable or confined to one call; any thread may read manifests.
 */
@NullMarked
package dev.fairlead.lab.manifest;

import org.jspecify.annotations.NullMarked;
