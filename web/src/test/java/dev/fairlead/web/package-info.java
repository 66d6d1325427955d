/** The page, judged by curl and by a browser. */
@NullMarked
package dev.fairlead.web;

import org.jspecify.annotations.NullMarked;
