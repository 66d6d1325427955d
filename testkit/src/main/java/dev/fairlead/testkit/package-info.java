@NullMarked
package dev.fairlead.testkit;

import org.jspecify.annotations.NullMarked;
