/**
 * nftables, spoken over nfnetlink: tables, chains, sets, maps and rules as values, changed in transactions, read back, and
 * printed as {@code nft list} prints them. Source: {@code <linux/netfilter/nf_tables.h>}, {@code nft(8)}.
 *
 * <p>Start with {@link dev.fairlead.kernel.nftables.Table}, which makes chains and sets; {@link
 * dev.fairlead.kernel.nftables.Chain#rule} makes rules from {@link dev.fairlead.kernel.nftables.Fields} and {@link
 * dev.fairlead.kernel.nftables.Statement}; {@link dev.fairlead.kernel.nftables.Transaction} gathers changes and {@link
 * dev.fairlead.kernel.nftables.Nftables} makes them. Values are immutable, a transaction belongs to one thread, a socket may
 * be used from any.
 *
 * <p>Expressions keep what isn't known of them. Attributes of tables, chains, sets and elements that aren't known are left
 * out on purpose: newer kernels report there what they refuse to be told, such as how many elements a set has.
 */
@NullMarked
package dev.fairlead.kernel.nftables;

import org.jspecify.annotations.NullMarked;
