package dev.fairlead.agent;

import dev.fairlead.plan.ipam.Attachment;
import java.util.concurrent.locks.ReentrantLock;

/** One at a time for each attachment: a call, or what mends what a call left. Two attachments may share a lock. Thread-safe. */
final class AttachmentLocks {
    private final ReentrantLock[] locks = new ReentrantLock[1024];

    AttachmentLocks() {
        for (int i = 0; i < locks.length; i++) {
            locks[i] = new ReentrantLock();
        }
    }

    ReentrantLock of(Attachment attachment) {
        return locks[Math.floorMod(attachment.hashCode(), locks.length)];
    }
}
