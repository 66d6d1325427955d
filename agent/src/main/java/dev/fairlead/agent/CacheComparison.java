package dev.fairlead.agent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.cni.CniException;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.runtime.CachedAttachment;
import dev.fairlead.cni.runtime.ResultCache;
import dev.fairlead.plan.ipam.Attachment;
import dev.fairlead.plan.ipam.Lease;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares leases with what the runtime remembers of its ADDs, in libcni's cache ({@code cni.runtime.ResultCache}). That is
 * the runtime's own: nothing of it is changed, and nothing is mended by it, since the kernel shows which pods there are. It
 * shows what only the runtime can mend: pods that it will never delete, and pods that it will delete though they are gone.
 * Confined to one thread at a time.
 *
 * <p>A runtime writes its entry after the ADD and removes it after the DEL, so a difference counts when it is there twice,
 * and is told once.
 */
final class CacheComparison {
    private static final String PLUGIN = "fairlead-cni";

    private final ResultCache cache;
    private final LeaseBook leases;
    private Set<String> before = Set.of();
    private final Set<String> told = new HashSet<>();

    CacheComparison(ResultCache cache, LeaseBook leases) {
        this.cache = cache;
        this.leases = leases;
    }

    /** What differs since the last call already, a sentence each. */
    List<String> run() {
        Set<String> now = differences();
        List<String> news = new ArrayList<>();
        for (String difference : now) {
            if (before.contains(difference) && told.add(difference)) {
                news.add(difference);
            }
        }
        told.retainAll(now);
        before = now;
        return news;
    }

    private Set<String> differences() {
        Set<String> differences = new TreeSet<>();
        Set<Attachment> remembered = new HashSet<>();
        try {
            for (CachedAttachment entry : cache.attachments()) {
                if (isOurs(entry)) {
                    remembered.add(new Attachment(
                            entry.network(),
                            entry.parameters().containerId(),
                            entry.parameters().ifname()));
                }
            }
        } catch (CniException e) {
            differences.add("the runtime's results can't be compared: " + e.getMessage());
            return differences;
        }
        Set<Attachment> leased = new HashSet<>();
        for (Lease lease : leases.ipam().leases()) {
            leased.add(lease.attachment());
            if (!remembered.isEmpty() && !remembered.contains(lease.attachment())) {
                differences.add("the runtime doesn't remember " + lease.attachment() + ", which holds "
                        + lease.addresses() + "; its GC takes them back, or a DEL by hand");
            }
        }
        remembered.removeAll(leased);
        remembered.forEach(gone -> differences.add("the runtime remembers " + gone
                + ", which has no interface and no lease here (was the machine restarted?); its DEL succeeds"));
        return differences;
    }

    /** Whether an ADD of this list was made by this program. A cache may hold networks of other plugins. */
    private static boolean isOurs(CachedAttachment entry) {
        try {
            for (JsonNode plugin : CniJson.object(entry.config().getBytes(StandardCharsets.UTF_8))
                    .path("plugins")) {
                if (plugin.path("type").asText().equals(PLUGIN)) {
                    return true;
                }
            }
        } catch (CniException e) {
            return false; // not a list that anybody can be asked about
        }
        return false;
    }
}
