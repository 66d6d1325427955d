package dev.fairlead.lab;

import dev.fairlead.api.store.DamagedLogException;
import dev.fairlead.api.store.ObjectStore;
import dev.fairlead.api.store.StoreLog;
import dev.fairlead.lab.LabSettings.Access;
import dev.fairlead.lab.door.LabFiles;
import dev.fairlead.lab.door.LabRefusal;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a lab knows beyond its own end: its API's objects and what lets clients in. One that may not write, or needn't, has all
 * of it in its memory and can't be stopped. Any thread.
 */
final class LabMemory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LabMemory.class);

    /** Files that are this process's own. */
    private record Own(LabFiles files, LabFiles.Held held) {}

    private final Optional<Own> own;
    private final String why;
    private final ObjectStore store;
    private final boolean resumed;
    private LabSettings settings;
    private boolean settled;
    private boolean unwanted;
    private boolean closed;

    private LabMemory(Optional<Own> own, String why, ObjectStore store, boolean resumed, LabSettings settings) {
        this.own = own;
        this.why = why;
        this.store = store;
        this.resumed = resumed;
        this.settings = settings;
    }

    /** For a new lab. Where its files can't be written it does without, and says why when somebody wants to stop it. */
    static LabMemory begin(LabOptions options) {
        LabSettings settings = LabSettings.of(options);
        if (options.files().isEmpty()) {
            return new LabMemory(
                    Optional.empty(), "it was started to be thrown away", ObjectStore.inMemory(), false, settings);
        }
        LabFiles files = options.files().get();
        if (files.exist()) {
            throw new LabRefusal(
                    "a lab named '" + files.lab() + "' is stopped; bring it back with ./fairlead lab start --name "
                            + files.lab() + ", delete it with ./fairlead lab down --name " + files.lab()
                            + ", or choose another --name");
        }
        try {
            files.make();
            LabFiles.Held held = files.hold();
            settings.write(files);
            LabMemory memory = new LabMemory(
                    Optional.of(new Own(files, held)),
                    "",
                    StoreLog.open(files.log()).store(),
                    false,
                    settings);
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(memory::endUnsettled));
            return memory;
        } catch (IOException | RuntimeException e) {
            if (e instanceof LabRefusal refusal) {
                throw refusal;
            }
            LOG.warn(
                    "this lab can't be stopped and started again: {} can't be written: {}",
                    files.directory(),
                    e.getMessage());
            return new LabMemory(
                    Optional.empty(),
                    files.directory() + " could not be written: " + e.getMessage(),
                    ObjectStore.inMemory(),
                    false,
                    settings);
        }
    }

    /**
     * For a lab that was stopped, or killed.
     *
     * @throws LabRefusal when its files can't be read
     */
    static LabMemory resume(LabFiles files) {
        LabSettings settings = LabSettings.read(files);
        try {
            LabFiles.Held held = files.hold();
            StoreLog.Opened opened = StoreLog.open(files.log());
            if (opened.torn() > 0) {
                LOG.warn(
                        "the last {} bytes of {} were a write that was not finished, and nobody was told that it was; they are"
                                + " cut off",
                        opened.torn(),
                        files.log());
            }
            return new LabMemory(Optional.of(new Own(files, held)), "", opened.store(), true, settings);
        } catch (DamagedLogException e) {
            throw new LabRefusal(
                    e.getMessage() + ", or give the lab up with ./fairlead lab down --name " + files.lab());
        } catch (IOException e) {
            throw new LabRefusal("the files of lab '" + files.lab() + "' in " + files.directory() + " can't be used: "
                    + e.getMessage());
        }
    }

    ObjectStore store() {
        return store;
    }

    /** Whether it holds a lab that was there before. */
    boolean resumed() {
        return resumed;
    }

    synchronized Optional<Access> access() {
        return settings.access();
    }

    synchronized void remember(Access access) {
        settings = settings.with(access);
        write();
    }

    synchronized void remember(LabSettings.Context context) {
        settings = settings.with(context);
        write();
    }

    synchronized Optional<LabSettings.Context> context() {
        return settings.context();
    }

    private void write() {
        own.ifPresent(mine -> settings.write(mine.files()));
    }

    /** @throws LabRefusal when all of it will be lost with the lab */
    LabFiles requireFiles() {
        return own.map(Own::files)
                .orElseThrow(() -> new LabRefusal(
                        "this lab can't be stopped and started again, since " + why + "; ./fairlead lab down ends it"));
    }

    /** From now on it is kept, however the lab ends. */
    synchronized void settle() {
        settled = true;
    }

    /** Nobody will want it. */
    synchronized void forgetAtEnd() {
        unwanted = true;
    }

    /** A lab that was interrupted on its way up leaves nothing. */
    private synchronized void endUnsettled() {
        if (!settled) {
            forgetAtEnd();
            close();
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        store.close();
        own.ifPresent(mine -> {
            try {
                if (unwanted) {
                    StoppedLab.forget(mine.files());
                }
            } catch (IOException | LabRefusal e) { // who asked for it tries again, and tells
                LOG.warn("{} could not be deleted: {}", mine.files().directory(), e.getMessage());
            } finally {
                mine.held().close();
            }
        });
    }
}
