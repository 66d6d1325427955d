/**
 * The kinds that the server has, and what is particular to each: defaults, validation, what a status is, what may change. Start
 * with {@link dev.fairlead.api.resource.Resources}. Values in, values out.
 */
@NullMarked
package dev.fairlead.api.resource;

import org.jspecify.annotations.NullMarked;
