package dev.fairlead.api.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.ApiException;
import dev.fairlead.api.Registry;
import dev.fairlead.api.WriteOptions;
import dev.fairlead.api.Written;
import dev.fairlead.api.patch.JsonPatch;
import dev.fairlead.api.patch.MergePatch;
import dev.fairlead.api.patch.PatchException;
import dev.fairlead.api.patch.StrategicMergePatch;
import dev.fairlead.api.resource.Resource;
import dev.fairlead.api.store.ExpiredException;
import dev.fairlead.api.store.JournalException;
import dev.fairlead.api.table.Tables;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Does what a request asks. Any number at once.
 *
 * <p>Over 300 lines: every path and verb of the API is here once, so that none is answered twice.
 */
public final class ApiRouter {
    private final Registry registry;
    private final ObjectNode version;
    private final Map<String, Subresource> subresources;
    private final Lists lists;
    private final Watches watches;

    /** Serves a subresource that isn't part of the object, such as {@code pods/log}. */
    @FunctionalInterface
    public interface Subresource {
        Reply serve(String namespace, String name, ApiRequest request);
    }

    /**
     * @param version what {@code /version} says
     * @param subresources by resource and subresource, such as {@code pods/log}
     */
    public ApiRouter(Registry registry, ObjectNode version, Map<String, Subresource> subresources) {
        this.registry = registry;
        this.version = version;
        this.subresources = Map.copyOf(subresources);
        this.lists = new Lists(registry.store());
        this.watches = new Watches(registry.store());
    }

    /** Answers every request; what is refused is answered by a {@code Status}. */
    public Reply answer(ApiRequest request) {
        try {
            return route(request);
        } catch (ApiException e) {
            return refusal(e);
        } catch (ExpiredException e) {
            return refusal(ApiException.expired(String.valueOf(e.getMessage())));
        } catch (JournalException e) {
            return refusal(unkept(e));
        } catch (PatchException e) {
            return refusal(
                    e.isMalformed()
                            ? ApiException.badRequest(String.valueOf(e.getMessage()))
                            : ApiException.unprocessable(String.valueOf(e.getMessage())));
        }
    }

    private static ApiException unkept(JournalException e) {
        return e.isMade()
                ? ApiException.internal("the change is made, but may be lost when this machine ends: " + e.getMessage())
                : ApiException.insufficientStorage(
                        "the change was not made, because it could not be kept: " + e.getMessage());
    }

    private static Reply refusal(ApiException e) {
        return new Reply.Document(e.code(), e.status(), List.of());
    }

    private Reply route(ApiRequest request) {
        List<String> path = Arrays.stream(request.path().split("/", -1))
                .filter(part -> !part.isEmpty())
                .toList();
        if (path.isEmpty()) {
            return Reply.Document.ok(paths());
        }
        return switch (path.getFirst()) {
            case "version" -> Reply.Document.ok(version);
            case "healthz", "livez", "readyz" -> new Reply.Text(200, "ok");
            case "openapi" -> openApi(path);
            case "api" -> core(path, request);
            case "apis" -> group(path, request);
            default -> throw ApiException.noSuchPath();
        };
    }

    private static ObjectNode paths() {
        ObjectNode paths = JsonNodeFactory.instance.objectNode();
        var all = paths.putArray("paths").add("/api").add("/api/v1").add("/apis");
        Discovery.groups().forEach(group -> all.add("/apis/" + group).add("/apis/" + group + "/v1"));
        all.add("/healthz").add("/livez").add("/openapi/v3").add("/readyz").add("/version");
        return paths;
    }

    /**
     * Version 3 is what clients read. Version 2 is asked for by kubectl before 1.29, in protobuf, and has no types: such a
     * kubectl then goes by those it was built with.
     */
    private Reply openApi(List<String> path) {
        if (path.size() == 2 && path.get(1).equals("v2")) {
            return new Reply.Stream("application/com.github.proto-openapi.spec.v2.v1.0+protobuf", false, out -> {});
        }
        if (path.size() == 2 && path.get(1).equals("v3")) {
            return Reply.Document.ok(OpenApi.index(version.path("gitCommit").asText("1")));
        }
        List<String> rest = path.size() > 2 && path.get(1).equals("v3") ? path.subList(2, path.size()) : List.of();
        if (rest.equals(List.of("api", "v1"))) {
            return Reply.Document.ok(OpenApi.document(""));
        }
        if (rest.size() == 3 && rest.get(0).equals("apis") && rest.get(2).equals("v1")) {
            return Reply.Document.ok(OpenApi.document(rest.get(1)));
        }
        throw ApiException.noSuchPath();
    }

    private Reply core(List<String> path, ApiRequest request) {
        if (path.size() == 1) {
            return AggregatedDiscovery.wanted(request.accept())
                    .map(version -> AggregatedDiscovery.reply(version, List.of("")))
                    .orElseGet(() -> Reply.Document.ok(Discovery.coreVersions("")));
        }
        if (!path.get(1).equals("v1")) {
            throw ApiException.noSuchPath();
        }
        return path.size() == 2
                ? Reply.Document.ok(Discovery.resources(""))
                : objects(Target.of("", "v1", path.subList(2, path.size())), request);
    }

    private Reply group(List<String> path, ApiRequest request) {
        if (path.size() == 1) {
            return AggregatedDiscovery.wanted(request.accept())
                    .map(version -> AggregatedDiscovery.reply(version, Discovery.groups()))
                    .orElseGet(() -> Reply.Document.ok(Discovery.groupList()));
        }
        String group = path.get(1);
        if (path.size() == 2) {
            return Reply.Document.ok(Discovery.findGroup(group).orElseThrow(ApiException::noSuchPath));
        }
        if (!path.get(2).equals("v1") || !Discovery.groups().contains(group)) {
            throw ApiException.noSuchPath();
        }
        if (path.size() == 3) {
            return Reply.Document.ok(Discovery.resources(group));
        }
        for (Discovery.Review review : Discovery.REVIEWS) {
            if (path.size() == 4
                    && review.group().equals(group)
                    && review.plural().equals(path.get(3))) {
                return new Reply.Document(201, Reviews.answer(review, request.document()), List.of());
            }
        }
        return objects(Target.of(group, "v1", path.subList(3, path.size())), request);
    }

    private Reply objects(Target target, ApiRequest request) {
        boolean reads = request.method().equals("GET")
                && (target.name().isEmpty() || request.query().flag("watch"));
        if (!EventsGroup.isOf(target) || reads) {
            return keptObjects(target, request);
        }
        Target kept = EventsGroup.kept(target);
        if (request.method().equals("PATCH") && !target.name().isEmpty()) {
            return EventsGroup.shown(update(kept, request, EventsGroup.kept(patch(target.resource(), request))));
        }
        return EventsGroup.shown(keptObjects(kept, EventsGroup.kept(request)));
    }

    private Reply keptObjects(Target target, ApiRequest request) {
        if (!target.subresource().isEmpty() && !target.subresource().equals("status")) {
            return subresource(target, request);
        }
        boolean collection = target.name().isEmpty();
        return switch (request.method()) {
            case "GET" -> {
                if (request.query().flag("watch")) {
                    yield SocketWatch.of(watches.watch(target, request), request);
                }
                yield collection ? lists.list(target, request) : get(target, request);
            }
            case "POST" -> {
                requirePath(collection);
                yield create(target, request);
            }
            case "PUT" -> {
                requirePath(!collection);
                JsonNode body = request.document();
                yield update(target, request, before -> (ObjectNode) requireObject(body));
            }
            case "PATCH" -> {
                requirePath(!collection);
                yield update(target, request, patch(target.resource(), request));
            }
            case "DELETE" -> collection ? deleteCollection(target, request) : delete(target, request);
            default ->
                throw ApiException.methodNotAllowed("the server does not allow this method on the requested resource");
        };
    }

    private static void requirePath(boolean fits) {
        if (!fits) {
            throw ApiException.methodNotAllowed("the server does not allow this method on the requested resource");
        }
    }

    private static JsonNode requireObject(JsonNode body) {
        if (!body.isObject()) {
            throw ApiException.badRequest("the object provided is unrecognized: it is no object");
        }
        return body;
    }

    private Reply get(Target target, ApiRequest request) {
        return shown(target.resource(), registry.get(target.resource(), target.namespace(), target.name()), request);
    }

    private static Reply shown(Resource resource, ObjectNode object, ApiRequest request) {
        if (request.wantsTable()) {
            ObjectNode meta = JsonNodeFactory.instance.objectNode();
            meta.set("resourceVersion", object.path("metadata").path("resourceVersion"));
            return Reply.Document.ok(
                    Tables.of(resource, List.of(object), meta, request.query().text("includeObject"), true));
        }
        return Reply.Document.ok(object);
    }

    private Reply create(Target target, ApiRequest request) {
        Written written = registry.create(
                target.resource(),
                target.namespace(),
                requireObject(request.document()),
                request.query().writeOptions());
        return new Reply.Document(201, written.object(), written.warnings());
    }

    private Reply update(Target target, ApiRequest request, UnaryOperator<ObjectNode> change) {
        Written written = registry.update(
                target.resource(),
                target.namespace(),
                target.name(),
                target.subresource(),
                change,
                request.query().writeOptions());
        return new Reply.Document(200, written.object(), written.warnings());
    }

    /** What a patch does to an object. */
    static UnaryOperator<ObjectNode> patch(Resource resource, ApiRequest request) {
        String type = request.contentType().split(";", 2)[0].strip();
        if (type.equals("application/apply-patch+yaml")) {
            throw ApiException.unsupportedMediaType(
                    "server-side apply is not supported by this server; use kubectl apply without --server-side");
        }
        JsonNode patch = request.document();
        return switch (type) {
            case "application/json-patch+json" -> before -> JsonPatch.apply(before, patch);
            case "application/merge-patch+json" -> before -> MergePatch.apply(before, patch);
            case "application/strategic-merge-patch+json" ->
                before -> StrategicMergePatch.apply(resource.type(), before, patch);
            default ->
                throw ApiException.unsupportedMediaType(
                        "the body of the request was in an unsupported format - accepted media"
                                + " types include: application/json-patch+json, application/merge-patch+json,"
                                + " application/strategic-merge-patch+json");
        };
    }

    private Reply delete(Target target, ApiRequest request) {
        Registry.Deleted deleted = registry.delete(
                target.resource(), target.namespace(), target.name(), request.deleteOptions(), deleteOptions(request));
        if (!deleted.gone()) {
            return new Reply.Document(200, deleted.object(), List.of());
        }
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Success");
        ObjectNode details = status.putObject("details").put("name", target.name());
        if (!target.resource().group().isEmpty()) {
            details.put("group", target.resource().group());
        }
        details.put("kind", target.resource().plural());
        details.set("uid", deleted.object().path("metadata").path("uid"));
        return Reply.Document.ok(status);
    }

    private static WriteOptions deleteOptions(ApiRequest request) {
        return request.query().writeOptions();
    }

    private Reply deleteCollection(Target target, ApiRequest request) {
        Predicate<JsonNode> chosen = Lists.chosen(target, request.query());
        ObjectNode options = request.deleteOptions();
        List<ObjectNode> deleted = new ArrayList<>();
        for (ObjectNode object : registry.store()
                .list(target.resource().name(), target.namespace())
                .objects()) {
            if (chosen.test(object)) {
                JsonNode meta = object.path("metadata");
                try {
                    deleted.add(registry.delete(
                                    target.resource(),
                                    meta.path("namespace").asText(),
                                    meta.path("name").asText(),
                                    options,
                                    deleteOptions(request))
                            .object());
                } catch (ApiException e) {
                    if (!e.isNotFound()) {
                        throw e; // gone meanwhile is as good
                    }
                }
            }
        }
        ObjectNode list = JsonNodeFactory.instance.objectNode();
        list.put("kind", target.resource().kind() + "List")
                .put("apiVersion", target.resource().apiVersion());
        list.putObject("metadata")
                .put("resourceVersion", Long.toString(registry.store().revision()));
        list.putArray("items").addAll(deleted);
        return Reply.Document.ok(list);
    }

    private Reply subresource(Target target, ApiRequest request) {
        String first = target.subresource().split("/", 2)[0];
        if (!target.resource().subresources().contains(first)) {
            throw ApiException.noSuchPath();
        }
        Subresource served = subresources.get(target.resource().name() + "/" + first);
        if (served != null) {
            return served.serve(target.namespace(), target.name(), request);
        }
        return switch (first) {
            case "scale" -> new Scales(registry).serve(target, request);
            case "binding" -> new Bindings(registry).bind(target, request);
            case "eviction" -> new Bindings(registry).evict(target, request);
            case "finalize" -> {
                JsonNode body = request.document();
                yield update(target, request, before -> Bindings.finalized(before, body));
            }
            default ->
                throw ApiException.methodNotAllowed(target.resource().plural() + "/" + first + " is not served here");
        };
    }
}
