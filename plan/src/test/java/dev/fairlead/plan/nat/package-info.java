/** Tests of host ports and masquerade as values. */
@NullMarked
package dev.fairlead.plan.nat;

import org.jspecify.annotations.NullMarked;
