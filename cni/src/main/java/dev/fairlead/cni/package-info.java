@NullMarked
package dev.fairlead.cni;

import org.jspecify.annotations.NullMarked;
