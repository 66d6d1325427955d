package dev.fairlead.plan.ipam;

import dev.fairlead.packet.Ip;

/** What changes the state of {@link Ipam}. Written to the journal before anybody acts on it; see {@link IpamJournal}. */
public sealed interface IpamEvent {

    /** Addresses were given. */
    record Leased(Lease lease) implements IpamEvent {}

    /**
     * An attachment gave its addresses back.
     *
     * @param at milliseconds since 1970 by the caller's clock; only shown
     */
    record Released(Attachment attachment, long at) implements IpamEvent {}

    /** Only in a compacted journal: this address was given back, after those on the lines before. */
    record Freed(Ip address) implements IpamEvent {}

    /** Only in a compacted journal: this is the address that its pool gave last. */
    record Last(Ip address) implements IpamEvent {}
}
