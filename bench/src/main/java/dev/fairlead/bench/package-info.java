@NullMarked
package dev.fairlead.bench;

import org.jspecify.annotations.NullMarked;
