/**
 * The instructions a rule is made of, one file per kernel expression: encode, decode, and the text that {@code nft
 * --debug=netlink} prints. Source: {@code <linux/netfilter/nf_tables.h>}.
 *
 * <p>Start with {@link dev.fairlead.kernel.nftables.expression.Expression}. An expression that isn't known here, or that
 * carries something not known here, is an {@link dev.fairlead.kernel.nftables.expression.Unknown} and goes back to the
 * kernel as it came. Integers are big-endian on this wire, register contents are in the order their meaning asks for.
 * Everything is immutable.
 */
@NullMarked
package dev.fairlead.kernel.nftables.expression;

import org.jspecify.annotations.NullMarked;
