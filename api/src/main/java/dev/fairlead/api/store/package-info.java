/**
 * Objects and their history. Start with {@link dev.fairlead.api.store.ObjectStore}. Documents that are in the store are never
 * changed, only replaced: whoever wants another one makes a copy.
 */
@NullMarked
package dev.fairlead.api.store;

import org.jspecify.annotations.NullMarked;
