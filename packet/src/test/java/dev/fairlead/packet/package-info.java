@NullMarked
package dev.fairlead.packet;

import org.jspecify.annotations.NullMarked;
