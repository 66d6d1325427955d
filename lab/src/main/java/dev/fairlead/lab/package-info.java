@NullMarked
package dev.fairlead.lab;

import org.jspecify.annotations.NullMarked;
