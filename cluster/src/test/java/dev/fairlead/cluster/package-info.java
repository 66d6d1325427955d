@NullMarked
package dev.fairlead.cluster;

import org.jspecify.annotations.NullMarked;
