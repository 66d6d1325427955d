/**
 * The lab's objects as the Kubernetes API has them. The API's documents are the truth; what the controllers and nodes compute
 * with are the typed records of {@code model}, which follow each change in the same transaction. Start with {@link
 * dev.fairlead.lab.document.LabObjects}.
 *
 * <p>{@link dev.fairlead.lab.document.LabObjects} belongs to the lab's loop; rules run on the thread of whoever writes.
 */
@NullMarked
package dev.fairlead.lab.document;

import org.jspecify.annotations.NullMarked;
