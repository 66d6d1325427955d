package dev.fairlead.agent;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ipam.Attachment;
import dev.fairlead.plan.ipam.Lease;
import dev.fairlead.plan.nat.Forward;
import dev.fairlead.plan.nat.Masquerade;
import dev.fairlead.plan.nat.NatBook;
import dev.fairlead.plan.nat.Translation;
import dev.fairlead.plan.nat.Translation.Loopback;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The book of host ports made again from what the kernel holds, where the file was lost. */
final class NatRebuilding {
    private NatRebuilding() {}

    /** @param findings a sentence for each pod */
    record Rebuilt(NatBook book, List<String> findings) {}

    /** @param held by the owner's text, which is {@code network/container/interface} */
    static Rebuilt from(Map<String, List<Forward>> held, LeaseBook leases, Function<Translation, Loopback> loopback) {
        NatBook book = NatBook.EMPTY;
        List<String> findings = new ArrayList<>();
        for (Map.Entry<String, List<Forward>> entry : held.entrySet()) {
            Optional<Attachment> owner = Reconciler.attachment(entry.getKey());
            if (owner.isPresent()) {
                Translation pod =
                        pod(owner.get(), entry.getValue(), leases.ipam().lease(owner.get()));
                book = book.with(pod.reachedAtLoopbackBy(loopback.apply(pod)));
                findings.add("host ports of " + owner.get() + " were found in the kernel: " + pod.forwards());
            }
        }
        return new Rebuilt(book, findings);
    }

    private static Translation pod(Attachment owner, List<Forward> forwards, Optional<Lease> lease) {
        Set<Ip> addresses = new LinkedHashSet<>();
        forwards.forEach(forward -> addresses.add(forward.pod().ip()));
        List<Prefix> whole = addresses.stream().map(Ip::asPrefix).toList();
        return new Translation(owner, lease.isEmpty(), whole, forwards, Masquerade.AS_NODE, Loopback.NONE);
    }
}
