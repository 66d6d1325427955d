package dev.fairlead.dataplane;

import dev.fairlead.kernel.netlink.NetlinkSocket;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.nftables.Nftables;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.RunningProgram;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Counts what the kernel of a namespace is told about nftables: batches and messages by our own explain mode, and how often
 * the tables came to a new generation by {@code nft monitor}.
 */
final class Batches implements AutoCloseable {
    private final Oracle oracle;
    private final Nftables nftables;
    private final RunningProgram monitor;
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private long generations;

    /**
     * What a change costs.
     *
     * @param messages in all batches, without those that begin and end them
     */
    record Cost(int batches, int messages, int generations) {}

    private Batches(Oracle oracle, Nftables nftables, RunningProgram monitor) {
        this.oracle = oracle;
        this.nftables = nftables;
        this.monitor = monitor;
    }

    static Batches watch(Netns node) {
        Oracle oracle = Oracle.in(node);
        Oracle.assumeInstalled("stdbuf");
        Batches batches = new Batches(oracle, Nftables.open(node), oracle.start("stdbuf", "-oL", "nft", "monitor"));
        try {
            batches.untilItListens();
        } catch (AssertionError e) {
            batches.close();
            throw e;
        }
        NetlinkSocket.explainTo(text -> text.lines()
                .filter(line -> line.startsWith("→ NF") && !line.contains("GETGEN"))
                .forEach(batches.sent::add));
        batches.forget();
        return batches;
    }

    private void untilItListens() {
        for (int i = 0; monitor.lines().isEmpty(); i++) {
            oracle.run("nft", "add table ip knock; delete table ip knock");
            try {
                monitor.await("new generation", Duration.ofMillis(200));
            } catch (AssertionError e) {
                if (i == 20) {
                    throw e;
                }
            }
        }
    }

    /** What has been sent since this was asked last. */
    Cost forget() {
        List<String> now = List.copyOf(sent);
        sent.clear();
        int batches =
                (int) now.stream().filter(line -> line.contains("BATCH_BEGIN")).count();
        int messages =
                (int) now.stream().filter(line -> line.contains("NFT_MSG_")).count();
        monitor.await("new generation " + nftables.generation().id() + " by", Duration.ofSeconds(5));
        long before = generations;
        generations = monitor.lines().stream()
                .filter(line -> line.contains("new generation"))
                .count();
        return new Cost(batches, messages, (int) (generations - before));
    }

    @Override
    public void close() {
        NetlinkSocket.explainNothing();
        monitor.close();
        nftables.close();
    }
}
