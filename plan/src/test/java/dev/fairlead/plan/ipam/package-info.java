@NullMarked
package dev.fairlead.plan.ipam;

import org.jspecify.annotations.NullMarked;
