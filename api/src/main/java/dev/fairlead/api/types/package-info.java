/**
 * What fields the Kubernetes types have: read from {@code types.json}, which is made from the official Java client. Start with
 * {@link dev.fairlead.api.types.Types}. Everything here is immutable.
 */
@NullMarked
package dev.fairlead.api.types;

import org.jspecify.annotations.NullMarked;
