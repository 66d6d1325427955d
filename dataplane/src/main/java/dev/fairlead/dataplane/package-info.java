@NullMarked
package dev.fairlead.dataplane;

import org.jspecify.annotations.NullMarked;
