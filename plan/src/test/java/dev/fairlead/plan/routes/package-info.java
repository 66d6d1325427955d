@NullMarked
package dev.fairlead.plan.routes;

import org.jspecify.annotations.NullMarked;
