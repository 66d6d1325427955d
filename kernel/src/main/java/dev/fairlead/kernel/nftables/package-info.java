/**
 * nftables, spoken over nfnetlink: tables, chains, sets, maps and rules as values, changed in transactions, read back, and
 * printed as {@code nft list} prints them. Source: {@code <linux/netfilter/nf_tables.h>}, {@code nft(8)}.
 *
 * <p>Start with {@link dev.fairlead.kernel.nftables.Table}, which makes chains and sets; {@link
 * dev.fairlead.kernel.nftables.Chain#rule} makes rules from {@link dev.fairlead.kernel.nftables.Fields} and {@link
 * dev.fairlead.kernel.nftables.Statement}; {@link dev.fairlead.kernel.nftables.Transaction} gathers changes and {@link
 * dev.fairlead.kernel.nftables.Nftables} makes them. Values are immutable, a transaction belongs to one thread, a socket may
 * be used from any.
 */
@NullMarked
package dev.fairlead.kernel.nftables;

import org.jspecify.annotations.NullMarked;
