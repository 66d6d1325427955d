@NullMarked
package dev.fairlead.kernel;

import org.jspecify.annotations.NullMarked;
