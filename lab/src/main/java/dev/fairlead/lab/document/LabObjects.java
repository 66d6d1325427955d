package dev.fairlead.lab.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.Registry;
import dev.fairlead.api.resource.FieldError;
import dev.fairlead.api.resource.Resource;
import dev.fairlead.api.resource.Resources;
import dev.fairlead.api.resource.Rules;
import dev.fairlead.api.store.ObjectKey;
import dev.fairlead.api.store.ObjectStore;
import dev.fairlead.api.store.StoreEvent;
import dev.fairlead.api.types.Decoded;
import dev.fairlead.cluster.Progress;
import dev.fairlead.lab.manifest.DocumentReader;
import dev.fairlead.lab.model.Change;
import dev.fairlead.lab.model.Content;
import dev.fairlead.lab.model.Finding;
import dev.fairlead.lab.model.Kind;
import dev.fairlead.lab.model.LabObject;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.Manifest;
import dev.fairlead.lab.model.ManifestException;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodEvent;
import dev.fairlead.lab.model.ReplicaSet;
import dev.fairlead.lab.model.Store;
import dev.fairlead.packet.Ip;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The lab's objects in both their forms. Whatever changes the records runs in {@link #write}: in one transaction of the API's
 * store it first takes in what came over the API, and then writes what has changed as documents. So both forms are the
 * same whenever the transaction ends, and watches hear of all of it.
 *
 * <p>Belongs to one thread, the lab's loop; requests to the API run beside it and exclude it by the API store's lock.
 *
 * <p>Over 300 lines: all that keeps the two forms equal is here, so that nothing else can part them.
 */
public final class LabObjects {
    private static final Map<String, Kind> KINDS = kinds();

    private final Store records;
    private final ObjectStore documents;
    private final Map<String, Rules> rules;
    private final Registry registry;
    private final InstantSource clock;
    private final Runnable changed;
    private final Queue<StoreEvent> arrived = new ConcurrentLinkedQueue<>();
    private final LastChanges lastChanges = new LastChanges();
    private final NamespaceEnd namespaceEnd = new NamespaceEnd();
    private final EventBook events = new EventBook();
    private final Conclusions conclusions = new Conclusions();
    private final Cascade cascade;
    /** The thread that is inside {@link #write}; what it changes isn't news to it. */
    private volatile Optional<Thread> writer = Optional.empty();

    private final Set<ObjectKey> put = new HashSet<>();
    private Optional<ObjectStore.Draft> draft = Optional.empty();
    /** Whether the documents may not say what the records know of pods. */
    private boolean behind;

    /**
     * Makes the API, with what the records hold already, and the records with what the documents hold already: one of the two
     * is empty.
     *
     * @param records to be changed inside {@link #write} only
     * @param documents of a lab that was there before, or none
     * @param server the API server's rules, by {@link Resource#name()}
     * @param check as {@link LabRules} has it
     * @param changed called, by any thread, when the API has changed something
     */
    public LabObjects(
            Store records,
            ObjectStore documents,
            Map<String, Rules> server,
            Consumer<LabObject> check,
            InstantSource clock,
            RandomGenerator random,
            Runnable changed) {
        this.records = records;
        this.documents = documents;
        this.clock = clock;
        this.changed = changed;
        this.rules = new HashMap<>(server);
        documents.list(Resources.EVENTS.name(), "").objects().forEach(events::know);
        KINDS.forEach((name, kind) ->
                rules.put(name, new LabRules(kind, server.getOrDefault(name, Rules.PLAIN), check)));
        this.registry = new Registry(documents, rules, clock, random);
        this.cascade = new Cascade(documents, rules);
        takeBack();
        documents.listen(this::arrive);
        documents.listen(lastChanges::note);
        documents.listen(cascade::note);
        records.listen(this::mirror);
        write(() -> {
            List.of("default", "kube-node-lease", "kube-public", "kube-system").forEach(this::requireNamespace);
            for (Kind kind : Kind.values()) {
                for (LabObject object :
                        List.copyOf(records.picture().ofKind(kind).values())) {
                    if (draft().find(Documents.key(object)).isEmpty()) {
                        create(object);
                    }
                }
            }
            return Boolean.TRUE;
        });
    }

    /** A lab that was there before: its pods have ended with its nodes, as they do when machines are switched off. */
    private void takeBack() {
        KINDS.forEach((name, kind) -> takeAll(name, kind));
        for (ObjectNode document : documents.list(Resources.PODS.name(), "").objects()) {
            if (!isGoing(document)) {
                Pod pod = (Pod) DocumentReader.read(Kind.POD, document);
                records.drop(Kind.POD, pod.key());
                records.take(pod.withStatus(PodStatuses.afterReboot(document.path("status"))));
                behind = true;
            }
        }
    }

    private static Map<String, Kind> kinds() {
        Map<String, Kind> kinds = new HashMap<>();
        for (Kind kind : Kind.values()) {
            kinds.put(Documents.resource(kind).name(), kind);
        }
        return Map.copyOf(kinds);
    }

    public Registry registry() {
        return registry;
    }

    /** How far a node must have followed the API to know all that there is by now. */
    public Progress progress() {
        return lastChanges.progress();
    }

    /** Runs what changes the records, all or nothing. */
    public <T> T write(Supplier<T> command) {
        writer = Optional.of(Thread.currentThread());
        try {
            T made = documents.writeSoon(open -> {
                draft = Optional.of(open);
                put.clear();
                takeIn();
                if (behind) {
                    List.copyOf(records.picture().pods().values()).forEach(this::update);
                }
                cascade.work(open, this::takeOwned); // before the controllers miss an owner
                T result = command.get();
                cascade.work(open, this::takeOwned);
                namespaceEnd.work(open, records, rules);
                return result;
            });
            behind = false;
            return made;
        } catch (RuntimeException e) {
            behind = true;
            documents.writeSoon(open -> {
                takeAll();
                return Boolean.TRUE;
            });
            throw e;
        } finally {
            draft = Optional.empty();
            writer = Optional.empty();
        }
    }

    /** As {@link Store#apply}; to be called in {@link #write}. What comes out the same as a document is unchanged. */
    public List<Change> apply(List<Manifest> manifests) {
        List<Change> changes = new ArrayList<>();
        for (Change change : applied(manifests)) {
            boolean same = change instanceof Change.Updated && !put.contains(Documents.key(change.object()));
            changes.add(same ? new Change.Unchanged(change.object()) : change);
        }
        return changes;
    }

    private List<Change> applied(List<Manifest> manifests) {
        try {
            return records.apply(manifests);
        } catch (ManifestException e) {
            throw new ManifestException(located(e.finding(), manifests));
        }
    }

    /** What the API's rules found doesn't say in which file. */
    private static Finding located(Finding finding, List<Manifest> manifests) {
        for (Manifest manifest : manifests) {
            for (LabObject object : manifest.objects()) {
                if (finding.source().isEmpty() && object.title().equals(finding.object())) {
                    return new Finding(manifest.source(), finding.object(), finding.field(), finding.problem());
                }
            }
        }
        return finding;
    }

    /** Writes what becomes of objects by what became of others: to be called in {@link #write}, when all is settled. */
    public void conclude() {
        conclusions.write(records.picture(), draft(), clock.instant());
    }

    /** When time alone next makes another conclusion. */
    public Optional<Instant> due() {
        return conclusions.due();
    }

    /** Something happened to a pod on its node; {@link #writeEvents} writes it. Any thread. */
    public void happened(dev.fairlead.lab.model.ObjectKey pod, String uid, PodEvent what, String node) {
        events.hear(new Occurrence(Kind.POD, pod, uid, what, "kubelet", node, clock.instant()));
    }

    /** Writes what happened since, as Events: in {@link #write}. */
    public void writeEvents() {
        events.write(draft(), clock.instant());
    }

    /** What a ConfigMap or Secret holds now. Any thread. */
    public Optional<Content> content(Content.Kind kind, String namespace, String name) {
        return registry.find(Documents.resource(kind), namespace, name).map(Documents::content);
    }

    /** The pods of a node that has been off can't be as they were: to be called in {@link #write}. */
    public void rebooted(String node) {
        for (Pod pod : List.copyOf(records.picture().pods().values())) {
            if (pod.spec().nodeName().equals(node) && !pod.status().phase().over()) {
                draft().find(Documents.key(pod))
                        .ifPresent(document -> records.setStatus(
                                pod.key(), pod.metadata().uid(), PodStatuses.afterReboot(document.path("status"))));
            }
        }
    }

    /** Nodes that are alive say so: to be called in {@link #write}. */
    public void renewLeases(Iterable<String> nodes) {
        for (String name : nodes) {
            records.picture().node(name).ifPresent(node -> NodeLeases.renew(draft(), node, clock.instant()));
        }
    }

    private ObjectStore.Draft draft() {
        return draft.orElseThrow(() -> new IllegalStateException("the records are changed inside write() only"));
    }

    // ---- from the API

    private void arrive(List<StoreEvent> events) {
        if (writer.filter(thread -> thread == Thread.currentThread()).isPresent()) {
            return;
        }
        arrived.addAll(events);
        changed.run();
    }

    private void takeIn() {
        for (StoreEvent event = arrived.poll(); event != null; event = arrived.poll()) {
            Kind kind = KINDS.get(event.key().resource());
            if (event.key().resource().equals(Resources.EVENTS.name())) {
                events.seen(event);
            } else if (kind != null) {
                if (event.change() == StoreEvent.Change.DELETED || isGoing(event.object())) {
                    records.drop(kind, recordKey(event.key()));
                } else {
                    records.take(DocumentReader.read(kind, event.object()));
                }
            }
        }
    }

    private void takeOwned(ObjectNode document) {
        Kind kind = document.path("kind").asText().equals("Pod") ? Kind.POD : Kind.REPLICA_SET;
        if (!isGoing(document)) {
            records.take(DocumentReader.read(kind, document));
        }
    }

    /** After a failure: the records as the documents are. */
    private void takeAll() {
        LabPicture picture = records.picture();
        arrived.clear();
        KINDS.forEach((name, kind) -> {
            for (LabObject object : picture.ofKind(kind).values()) {
                if (documents.find(Documents.key(object)).isEmpty()) {
                    records.drop(kind, object.key());
                }
            }
            takeAll(name, kind);
        });
    }

    private void takeAll(String resource, Kind kind) {
        for (ObjectNode document : documents.list(resource, "").objects()) {
            if (!isGoing(document)) {
                records.take(DocumentReader.read(kind, document));
            }
        }
    }

    /** Deleted, and only a finalizer keeps it: it has no effect any more. */
    private static boolean isGoing(JsonNode document) {
        JsonNode metadata = document.path("metadata");
        return metadata.has("deletionTimestamp")
                && metadata.path("deletionGracePeriodSeconds").asLong() == 0;
    }

    private static dev.fairlead.lab.model.ObjectKey recordKey(ObjectKey key) {
        return new dev.fairlead.lab.model.ObjectKey(key.namespace(), key.name());
    }

    // ---- to the API

    private void mirror(List<Change> changes) {
        for (Change change : changes) {
            Occurrences.of(change, clock.instant(), events::hear);
            if (change instanceof Change.Created created) {
                create(created.object());
            } else if (change instanceof Change.Updated updated) {
                update(updated.object());
            } else if (change instanceof Change.Deleted deleted) {
                delete(deleted.object());
            }
        }
    }

    private void create(LabObject object) {
        if (!object.metadata().namespace().isEmpty()) {
            requireNamespace(object.metadata().namespace());
        }
        ObjectNode document = inForm(object, Documents.of(object));
        Rules own = rules.getOrDefault(Documents.resource(object.kind()).name(), Rules.PLAIN);
        own.defaults(document);
        own.prepareCreate(document);
        List<FieldError> errors = new ArrayList<>();
        own.validate(document, errors);
        if (errors.isEmpty()) {
            own.allocate(document, draft(), errors);
        }
        require(object, errors);
        if (object instanceof Pod pod) {
            document.set("status", podStatus(pod, document));
        } else if (object instanceof Node node) {
            document.set("status", WorkloadStatuses.node(node, document.path("status"), clock.instant()));
        }
        ObjectNode stored = draft().put(Documents.key(object), document);
        put.add(Documents.key(object));
        records.take(DocumentReader.read(object.kind(), stored));
    }

    /** What is written must read as what the API's clients get: no unknown fields, no nulls. */
    private static ObjectNode inForm(LabObject object, ObjectNode document) {
        try {
            ObjectNode form = Decoded.of(Documents.resource(object.kind()).type(), document)
                    .object();
            form.put("kind", object.kind().toString())
                    .put("apiVersion", object.kind().apiVersion());
            return form;
        } catch (Decoded.WrongTypeException e) {
            throw new ManifestException(new Finding("", object.title(), "", String.valueOf(e.getMessage())));
        }
    }

    private static void require(LabObject object, List<FieldError> errors) {
        if (!errors.isEmpty()) {
            FieldError first = errors.getFirst();
            throw new ManifestException(new Finding("", object.title(), first.field(), first.text()));
        }
    }

    private void update(LabObject object) {
        ObjectKey key = Documents.key(object);
        ObjectNode before = draft().find(key).orElseThrow(() -> new IllegalStateException("no document of " + key));
        ObjectNode document = before.deepCopy();
        Documents.write(document.withObjectProperty("metadata"), object.metadata());
        Conclusions.keep(object, before, document);
        switch (object) {
            case Pod pod -> {
                if (!pod.spec().nodeName().isEmpty()) {
                    document.withObjectProperty("spec")
                            .put("nodeName", pod.spec().nodeName());
                }
                Documents.markDeleted(pod, document);
                document.set("status", podStatus(pod, document));
            }
            case ReplicaSet replicaSet -> document.withObjectProperty("spec").put("replicas", replicaSet.replicas());
            case Node node -> { // what users wrote into its spec stays
                ObjectNode spec = document.withObjectProperty("spec");
                spec.setAll(Documents.spec(node));
                WorkloadStatuses.taint(spec, node.ready(), clock.instant());
                document.set("status", WorkloadStatuses.node(node, before.path("status"), clock.instant()));
            }
            default -> {
                document.set("spec", Documents.spec(object));
                document = inForm(object, document);
                List<FieldError> errors = new ArrayList<>();
                Rules own = rules.getOrDefault(Documents.resource(object.kind()).name(), Rules.PLAIN);
                own.defaults(document);
                own.prepareUpdate(document, before);
                own.validate(document, errors);
                own.validateUpdate(document, before, errors);
                if (errors.isEmpty()) {
                    own.allocate(document, draft(), errors);
                }
                require(object, errors);
            }
        }
        if (Conclusions.store(draft(), key, before, document)) {
            put.add(key);
        }
        draft().find(key).ifPresent(stored -> records.take(DocumentReader.read(object.kind(), stored)));
    }

    private ObjectNode podStatus(Pod pod, ObjectNode document) {
        List<Ip> hostIps = records.picture()
                .node(pod.spec().nodeName())
                .map(Node::addresses)
                .orElse(List.of());
        return PodStatuses.of(pod, document.path("status"), hostIps, clock.instant());
    }

    private void delete(LabObject object) {
        ObjectKey key = Documents.key(object);
        draft().find(key).ifPresent(before -> {
            ObjectNode marked = before.deepCopy();
            ObjectNode metadata = marked.withObjectProperty("metadata");
            Cascade.follow(marked, draft());
            if (metadata.path("finalizers").isEmpty()) {
                rules.getOrDefault(Documents.resource(object.kind()).name(), Rules.PLAIN)
                        .release(before, draft());
                draft().remove(key);
                return;
            }
            if (!metadata.has("deletionTimestamp")) {
                metadata.put("deletionTimestamp", PodStatuses.text(clock.instant()));
            }
            metadata.put("deletionGracePeriodSeconds", 0);
            draft().put(key, marked);
        });
    }

    /** A namespace of the lab is there as soon as a manifest of {@code lab apply} names it. */
    private void requireNamespace(String name) {
        ObjectKey key = Resources.NAMESPACES.key("", name);
        if (draft().find(key).isEmpty()) {
            draft().put(key, Documents.namespace(name, clock.instant()));
        }
    }
}
