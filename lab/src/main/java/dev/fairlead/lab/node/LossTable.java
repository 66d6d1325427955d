package dev.fairlead.lab.node;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.nftables.Chain;
import dev.fairlead.kernel.nftables.Generator;
import dev.fairlead.kernel.nftables.Hook;
import dev.fairlead.kernel.nftables.Hook.Point;
import dev.fairlead.kernel.nftables.Nftables;
import dev.fairlead.kernel.nftables.Rule;
import dev.fairlead.kernel.nftables.Ruleset;
import dev.fairlead.kernel.nftables.Statement;
import dev.fairlead.kernel.nftables.Table;
import dev.fairlead.kernel.nftables.TableFamily;
import dev.fairlead.kernel.nftables.Transaction;
import dev.fairlead.kernel.nftables.expression.Cmp;
import dev.fairlead.kernel.nftables.expression.Immediate;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * Loses packets of a device by nftables, where the kernel has no netem: a table of its own, which says so to whoever looks for
 * the fault. It is at the device itself, before and after everything else, so ARP is lost too, as on a bad cable.
 *
 * <pre>
 *   table netdev lab-link-fault {
 *     chain received { type filter hook ingress device "uplink" …; numgen random mod 10000 &lt; 5000 counter drop }
 *     chain sent { type filter hook egress device "uplink" …; numgen random mod 10000 &lt; 5000 counter drop }
 *   }
 * </pre>
 */
final class LossTable {
    private static final Table TABLE = Table.of(TableFamily.NETDEV, "lab-link-fault")
            .commented("a fault that `fairlead lab link` has set; `fairlead lab link NODE --clear` takes it away");

    /** Hundredths of a percent. */
    private static final int PARTS = 10_000;

    private static final double PARTS_A_PERCENT = 100;

    private LossTable() {}

    /** @param percent 0 to 100; what is less than a hundredth is none. @throws dev.fairlead.kernel.KernelException */
    static void set(Netns node, String device, double percent) {
        int parts = (int) Math.round(percent * PARTS_A_PERCENT);
        Transaction t = new Transaction().add(TABLE).delete(TABLE);
        if (parts > 0) {
            t.add(TABLE);
            add(t, TABLE.chain("received", hook(Point.INGRESS, device)), parts);
            add(t, TABLE.chain("sent", hook(Point.EGRESS, device)), parts);
        }
        try (Nftables nftables = Nftables.open(node)) {
            nftables.commit(t);
        }
    }

    private static Hook hook(Point point, String device) {
        return Hook.filter(point, Hook.FILTER).devices(List.of(device));
    }

    private static void add(Transaction t, Chain chain, int parts) {
        Rule rule = parts == PARTS
                ? chain.rule(Statement.counter(), Statement.drop())
                : chain.rule(Generator.random(PARTS).isBelow(parts), Statement.counter(), Statement.drop());
        t.add(chain).add(rule.commented("loss of " + parts / PARTS_A_PERCENT + " % set by lab link"));
    }

    /** What is lost, in percent, by the rules that are there; 0 without the table. */
    static double read(Netns node) {
        try (Nftables nftables = Nftables.open(node)) {
            return nftables.read(TABLE.family(), TABLE.name())
                    .flatMap(LossTable::parts)
                    .map(parts -> parts / PARTS_A_PERCENT)
                    .orElse(0.0);
        }
    }

    private static Optional<Integer> parts(Ruleset ruleset) {
        return ruleset.chains().stream()
                .flatMap(chain -> chain.rules().stream())
                .map(LossTable::parts)
                .max(Integer::compare);
    }

    private static int parts(Rule rule) {
        for (var expression : rule.expressions()) {
            if (expression instanceof Cmp cmp) {
                return (int) cmp.value().number(ByteOrder.BIG_ENDIAN);
            }
        }
        return rule.expressions().stream().anyMatch(Immediate.class::isInstance) ? PARTS : 0;
    }
}
