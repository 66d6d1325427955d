package dev.fairlead.dataplane;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.nftables.Generation;
import dev.fairlead.kernel.nftables.Nftables;
import dev.fairlead.kernel.nftables.NftablesEvent;
import dev.fairlead.kernel.nftables.NftablesEvents;
import dev.fairlead.kernel.nftables.Ruleset;
import dev.fairlead.kernel.nftables.Table;
import dev.fairlead.kernel.nftables.TableFamily;
import dev.fairlead.kernel.nftables.Transaction;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One nftables table that is ours alone, changed by difference without ever listing it: notices when somebody else has had
 * a hand in it. Confined to one thread, but for {@link #text}.
 *
 * <p>Each change is made on condition that no table of the namespace has changed since our last ({@code NFTA_GEN_ID}). Where
 * one has, the kernel's own announcements, which it sends before it ends a change, tell whether it was ours.
 */
final class OwnTable implements AutoCloseable {
    /** Others may change their tables all the time; each of these attempts only fails when they do in between. */
    private static final int ATTEMPTS = 20;

    private final Table table;
    private final Nftables nftables;
    private final NftablesEvents events;
    private long generation;
    /** Whether announcements were lost since: then the next change of others counts as one of ours. */
    private boolean unsure = true;

    private OwnTable(Table table, Nftables nftables, NftablesEvents events) {
        this.table = table;
        this.nftables = nftables;
        this.events = events;
    }

    static OwnTable open(Netns node, Table table) {
        Nftables nftables = Nftables.open(node);
        try {
            return new OwnTable(table, nftables, NftablesEvents.open(node));
        } catch (RuntimeException e) {
            nftables.close();
            throw e;
        }
    }

    /** Makes changes that hold whatever is in the table: those that begin by taking it out. */
    void replace(Transaction t) {
        for (int i = 1; ; i++) {
            Generation now = nftables.generation();
            try {
                commit(t, now);
                return;
            } catch (KernelException e) {
                if (!Nftables.isOutdated(e) || i == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /**
     * Makes changes to the table as we left it.
     *
     * @return false when somebody else has changed it since; then nothing was done
     */
    boolean change(Transaction t) {
        for (int i = 1; ; i++) {
            try {
                commit(t, new Generation(generation, 0, ""));
                return true;
            } catch (KernelException e) {
                if (!Nftables.isOutdated(e) || i == ATTEMPTS) {
                    throw e;
                }
                if (touchedByOthers()) {
                    return false;
                }
            }
        }
    }

    private void commit(Transaction t, Generation now) {
        try {
            nftables.commit(t, now);
            ourOwn(now.id() == 0xffff_ffffL ? 1 : now.id() + 1); // 0 is left out
        } catch (KernelException e) {
            if (!e.errno().equals(Errno.EMSGSIZE)) {
                throw e;
            }
            // Without CAP_NET_ADMIN in the initial user namespace a batch can't be larger than the system's send
            // buffer.
            nftables.commitInParts(t);
            ourOwn(nftables.generation().id());
        }
    }

    /** Passes over the announcements of our own change, which ends with generation {@code id}. */
    private void ourOwn(long id) {
        generation = id;
        unsure = false;
        for (List<NftablesEvent> heard = hear(); !heard.isEmpty(); heard = hear()) {
            if (heard.stream().anyMatch(event -> ends(event, id))) {
                return;
            }
            unsure |= heard.contains(new NftablesEvent.Lost());
        }
        // A large change of ours may be more than the socket holds; that is no harm when nobody else has made one
        // since.
        unsure = unsure && nftables.generation().id() != id;
    }

    private static boolean ends(NftablesEvent event, long id) {
        return event instanceof NftablesEvent.Committed committed
                && committed.generation().id() == id;
    }

    /** Reads what was announced since our last change. */
    private boolean touchedByOthers() {
        boolean touched = unsure;
        for (List<NftablesEvent> heard = hear(); !heard.isEmpty(); heard = hear()) {
            for (NftablesEvent event : heard) {
                touched |= isAboutUs(event);
                if (event instanceof NftablesEvent.Committed committed) {
                    generation = committed.generation().id();
                }
            }
        }
        return touched;
    }

    private List<NftablesEvent> hear() {
        try {
            return events.await(Duration.ZERO);
        } catch (DecodeException e) {
            return List.of(new NftablesEvent.Lost()); // something that can't be read may have been about us
        }
    }

    private boolean isAboutUs(NftablesEvent event) {
        return switch (event) {
            case NftablesEvent.OfTable of ->
                isOurs(of.table().family(), of.table().name());
            case NftablesEvent.OfChain of ->
                isOurs(of.chain().family(), of.chain().table());
            case NftablesEvent.OfSet of -> isOurs(of.set().family(), of.set().table());
            case NftablesEvent.OfRule of -> isOurs(of.rule().family(), of.rule().table());
            case NftablesEvent.OfElements of -> isOurs(of.family(), of.table());
            case NftablesEvent.Committed committed -> false;
            case NftablesEvent.Lost lost -> true;
        };
    }

    private boolean isOurs(TableFamily family, String name) {
        return family == table.family() && name.equals(table.name());
    }

    /** Whether the table is as our last change left it, by what the kernel has announced since. */
    boolean isUntouched() {
        boolean untouched = !touchedByOthers();
        unsure = !untouched; // and stays so until it is made anew
        return untouched;
    }

    /** The table with all in it; empty when there is none. */
    Optional<Ruleset> read() {
        return nftables.read(table.family(), table.name());
    }

    /** As {@code nft list table} prints it; empty when there is none. */
    String text() {
        return read().map(Ruleset::text).orElse("");
    }

    @Override
    public void close() {
        nftables.close();
        events.close();
    }
}
