package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.NetlinkException;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.kernel.netlink.NetlinkSocket;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.kernel.netns.Netns;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The tables of one network namespace. Needs CAP_NET_ADMIN in the namespace's user namespace. Safe from any thread.
 *
 * <p>Source: {@code nfnetlink}, {@code <linux/netfilter/nf_tables.h>}.
 */
public final class Nftables implements AutoCloseable {
    private static final int READ_ATTEMPTS = 10;

    /** Room for the messages that begin and end a batch. */
    private static final int BATCH_OVERHEAD = 64;

    private final NetlinkSocket socket;

    private Nftables(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** Opens the tables of a namespace. */
    public static Nftables open(Netns namespace) {
        return new Nftables(NetlinkSocket.open(namespace, NftablesProtocol.FAMILY));
    }

    /** Opens the tables of the calling thread's namespace. */
    public static Nftables open() {
        return new Nftables(NetlinkSocket.open(NftablesProtocol.FAMILY));
    }

    /**
     * Makes the changes, all or none.
     *
     * @throws NetlinkException naming the refused change as nft would write it, and the refused attribute
     */
    public void commit(Transaction transaction) {
        commit(transaction, Wire.batchBegin("begin a change of nftables"));
    }

    /**
     * As {@link #commit(Transaction)}, if nothing has changed in any table since {@code generation}.
     *
     * @throws NetlinkException for which {@link #isOutdated} is true when something has; then nothing was changed
     */
    public void commit(Transaction transaction, Generation generation) {
        commit(
                transaction,
                Wire.batchBegin("change nftables as they were at generation " + generation.id(), generation.id()));
    }

    /**
     * Makes the changes in as few parts as can be sent, each of them all or none, for what is too large for one ({@link
     * KernelException#errno} EMSGSIZE). When a part is refused, those before it stay.
     */
    public void commitInParts(Transaction transaction) {
        for (Transaction part : transaction.split(socket.largestBatch() - BATCH_OVERHEAD)) {
            commit(part);
        }
    }

    private void commit(Transaction transaction, Request begin) {
        socket.batch(begin, transaction.requests(), Wire.batchEnd("end a change of nftables"));
    }

    /** Whether the change was refused because someone else had made one since the generation it was based on. */
    public static boolean isOutdated(KernelException refused) {
        return refused.errno().equals(Errno.ERESTART);
    }

    /** The current generation and who made it. */
    public Generation generation() {
        Message answer = socket.call(Wire.request("ask for the nftables generation", Wire.GETGEN, 0, 0, body -> {}))
                .getFirst();
        return Generation.decode(Wire.attributes(answer));
    }

    /** All tables of the namespace. */
    public List<Table> tables() {
        List<Table> tables = new ArrayList<>();
        for (Message message : dump("list the nftables tables", Wire.GETTABLE, 0, body -> {})) {
            tables.add(TableCodec.decode(message));
        }
        return tables;
    }

    /** The chains of a table, in the order they were made. */
    public List<Chain> chains(Table table) {
        List<Chain> chains = new ArrayList<>();
        for (Message message : dump(
                "list the chains of " + table, Wire.GETCHAIN, table.family().number(), body -> {})) {
            Chain chain = ChainCodec.decode(message);
            if (table.owns(chain.family(), chain.table())) {
                chains.add(chain);
            }
        }
        return chains;
    }

    /** The sets and maps of a table, anonymous ones too, without their elements. */
    public List<NftSet> sets(Table table) {
        List<NftSet> sets = new ArrayList<>();
        for (Message message : dump(
                "list the sets of " + table,
                Wire.GETSET,
                table.family().number(),
                body -> body.attributeString(SetCodec.NFTA_SET_TABLE, table.name()))) {
            NftSet set = SetCodec.decode(message);
            if (table.owns(set.family(), set.table())) {
                sets.add(set);
            }
        }
        return sets;
    }

    /** The elements of a set, in the kernel's order; intervals ascending. */
    public List<Element> elements(NftSet set) {
        List<Attributes> bodies = new ArrayList<>();
        for (Message message : dump(
                "list the elements of " + set,
                Wire.GETSETELEM,
                set.family().number(),
                body -> ElementCodec.encodeName(body, set))) {
            bodies.add(Wire.attributes(message));
        }
        return ElementCodec.decode(set, bodies);
    }

    /** The rules of all chains of a table, chain after chain, each in order. */
    public List<Rule> rules(Table table) {
        List<Rule> rules = new ArrayList<>();
        for (Message message : dump(
                "list the rules of " + table,
                Wire.GETRULE,
                table.family().number(),
                body -> body.attributeString(RuleCodec.NFTA_RULE_TABLE, table.name()))) {
            Rule rule = RuleCodec.decode(message);
            if (table.owns(rule.family(), rule.table())) {
                rules.add(rule);
            }
        }
        return rules;
    }

    private List<Message> dump(String wanted, int message, int family, Consumer<Encoder> attributes) {
        return socket.dump(Wire.request(wanted, message, 0, family, attributes));
    }

    /**
     * A table with all in it, as it was at one moment; empty when there is no such table.
     *
     * @throws NetlinkException with EINTR when it changed during each of many attempts
     */
    public Optional<Ruleset> read(TableFamily family, String name) {
        for (int attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
            long before = generation().id();
            try {
                Optional<Ruleset> ruleset = readOnce(family, name, before);
                if (generation().id() == before) {
                    return ruleset;
                }
            } catch (NetlinkException e) {
                if (!e.isNotFound()) {
                    throw e;
                } // a set that went while its elements were to be listed
            }
        }
        throw new NetlinkException(
                "read the table " + family + " " + name,
                Errno.EINTR,
                "it changed during each of " + READ_ATTEMPTS + " attempts",
                "");
    }

    private Optional<Ruleset> readOnce(TableFamily family, String name, long generation) {
        Optional<Table> found =
                tables().stream().filter(table -> table.owns(family, name)).findFirst();
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Table table = found.get();
        List<FilledSet> sets = new ArrayList<>();
        for (NftSet set : sets(table)) {
            sets.add(new FilledSet(set, elements(set)));
        }
        List<Rule> rules = rules(table);
        List<Ruleset.FilledChain> chains = new ArrayList<>();
        for (Chain chain : chains(table)) {
            chains.add(new Ruleset.FilledChain(
                    chain,
                    rules.stream()
                            .filter(rule -> rule.chain().equals(chain.name()))
                            .toList()));
        }
        return Optional.of(new Ruleset(table, generation, sets, chains));
    }

    @Override
    public void close() {
        socket.close();
    }
}
