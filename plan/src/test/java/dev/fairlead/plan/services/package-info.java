@NullMarked
package dev.fairlead.plan.services;

import org.jspecify.annotations.NullMarked;
