/**
 * Objects as rows: the columns that {@code kubectl get} shows, as the real server prints them (kubernetes {@code
 * pkg/printers/internalversion}). Start with {@link dev.fairlead.api.table.Tables}.
 */
@NullMarked
package dev.fairlead.api.table;

import org.jspecify.annotations.NullMarked;
