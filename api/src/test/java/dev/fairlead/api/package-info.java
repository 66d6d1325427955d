/** Tests of the API server: documents in, documents out, and the real kubectl. */
@NullMarked
package dev.fairlead.api;

import org.jspecify.annotations.NullMarked;
