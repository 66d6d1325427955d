/**
 * The Kubernetes objects that the lab knows, as values, and the one store that keeps them.
 *
 * <p>Names, fields and meaning follow the Kubernetes API ({@code k8s.io/api/core/v1} and {@code apps/v1}); only what the
 * lab acts on is a field here, the rest stays in each spec's {@code original} JSON. Start with
 * {@link dev.fairlead.lab.model.LabPicture} for what there is and {@link dev.fairlead.lab.model.Store} for how it changes.
 *
 * <p>Values are immutable and safe for any thread. {@link dev.fairlead.lab.model.Store} belongs to one thread.
 */
@NullMarked
package dev.fairlead.lab.model;

import org.jspecify.annotations.NullMarked;
