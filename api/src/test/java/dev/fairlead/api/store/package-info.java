/** Tests of the store and its log. */
@NullMarked
package dev.fairlead.api.store;

import org.jspecify.annotations.NullMarked;
