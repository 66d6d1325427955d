package dev.fairlead.lab.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.model.Deployment;
import dev.fairlead.lab.model.Kind;
import dev.fairlead.lab.model.LabObject;
import dev.fairlead.lab.model.Manifest;
import dev.fairlead.lab.model.ManifestException;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodStatus;
import dev.fairlead.lab.model.Service;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads manifests: YAML of one or more documents, or JSON; Pods, Services, Deployments and Lists of them. Strict: what isn't
 * known is refused, and the first thing that is wrong is said in one sentence.
 */
public final class ManifestReader {
    private static final int LARGEST = 16 << 20;

    private final Scope scope;
    private final List<LabObject> objects = new ArrayList<>();
    private final Map<String, String> places = new HashMap<>();

    private ManifestReader(String source) {
        this.scope = new Scope(source, "", new ArrayList<>());
    }

    /**
     * Reads a file; messages name it as {@code file} is written.
     *
     * @throws ManifestException when it can't be read or anything in it is wrong
     */
    public static Manifest read(Path file) {
        ManifestReader reader = new ManifestReader(file.toString());
        if (Files.isDirectory(file)) {
            throw reader.scope.wrong("", "is a directory; name a file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            return reader.read(in);
        } catch (NoSuchFileException e) {
            throw reader.scope.wrong("", "there is no such file");
        } catch (AccessDeniedException e) {
            throw reader.scope.wrong("", "cannot be read: permission denied");
        } catch (IOException e) {
            throw reader.scope.wrong("", "cannot be read: " + e.getMessage());
        }
    }

    /**
     * Reads a stream to its end; the caller closes it.
     *
     * @param source what messages call it, such as {@code stdin}
     * @throws ManifestException when anything in it is wrong
     * @throws IOException when the stream fails
     */
    public static Manifest read(String source, InputStream in) throws IOException {
        return new ManifestReader(source).read(in);
    }

    /** As {@link #read(String, InputStream)}, from text. */
    public static Manifest parse(String source, String text) {
        return new ManifestReader(source).parse(text);
    }

    private Manifest read(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(LARGEST + 1);
        if (bytes.length > LARGEST) {
            throw scope.wrong("", "is larger than 16 MiB; split it");
        }
        try {
            return parse(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            throw scope.wrong("", "is not text in UTF-8");
        }
    }

    private Manifest parse(String text) {
        String content = text.startsWith("\uFEFF") ? text.substring(1) : text;
        List<JsonNode> documents = trees(content);
        for (int i = 0; i < documents.size(); i++) {
            if (!documents.get(i).isNull()) {
                add(documents.get(i), "document " + (i + 1));
            }
        }
        if (objects.isEmpty()) {
            throw scope.wrong("", "has no objects; expected a Pod, Service or Deployment");
        }
        return new Manifest(scope.source(), objects, scope.notes());
    }

    /** JSON where it begins as such; flow-style YAML begins so too, and gets its turn when it isn't JSON. */
    private List<JsonNode> trees(String text) {
        if (!text.stripLeading().startsWith("{")) {
            return YamlTree.read(text, scope);
        }
        try {
            return JsonTree.read(text, scope);
        } catch (ManifestException notJson) {
            try {
                return YamlTree.read(text, scope);
            } catch (ManifestException notYaml) {
                throw notJson;
            }
        }
    }

    private void add(JsonNode document, String place) {
        Scope here = scope.of(place);
        if (!document.isObject()) {
            throw here.wrong("", Shape.OBJECT.refusal(document) + ", with apiVersion, kind, metadata and spec");
        }
        if (text(document, "kind", here).equals("List")) {
            Fields list = new Fields(document, Schemas.LIST_FIELDS, "", here);
            int index = 0;
            for (JsonNode item : list.value("items")) {
                add(item, place + ", items[" + index++ + "]");
            }
            return;
        }
        Kind kind = KnownKinds.check(text(document, "kind", here), text(document, "apiVersion", here), here);
        JsonNode metadata = document.path("metadata");
        String name = textOf(metadata, "name");
        Scope named = scope.of(
                name.isEmpty() ? kind + " in " + place : kind + " " + namespace(metadata) + "/" + Text.brief(name));
        if (kind == Kind.SERVICE) {
            ServiceReader.checkType(textOf(document.path("spec"), "type"), named);
        }
        LabObject object = object(kind, new Fields(document, Schemas.OBJECT_FIELDS, "", named));
        String earlier = places.putIfAbsent(object.title(), place);
        if (earlier != null) {
            throw named.wrong("metadata.name", "is given twice, in " + earlier + " and " + place);
        }
        objects.add(object);
    }

    private static String text(JsonNode document, String field, Scope here) {
        JsonNode value = document.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (!value.isTextual()) {
            throw here.wrong(field, Shape.TEXT.refusal(value));
        }
        return value.asText();
    }

    private static String textOf(JsonNode object, String field) {
        return object.path(field).isTextual() ? object.path(field).asText() : "";
    }

    private static String namespace(JsonNode metadata) {
        String namespace = textOf(metadata, "namespace");
        return namespace.isEmpty() ? "default" : Text.brief(namespace);
    }

    private static LabObject object(Kind kind, Fields fields) {
        Fields metadata = fields.object("metadata", Schemas.METADATA);
        return switch (kind) {
            case POD ->
                new Pod(
                        MetadataReader.read(metadata, NameRule.SUBDOMAIN),
                        PodReader.spec(fields.object("spec", Schemas.POD_SPEC)),
                        PodStatus.NEW);
            case SERVICE ->
                new Service(
                        MetadataReader.read(metadata, NameRule.LABEL_1035),
                        ServiceReader.spec(fields.object("spec", Schemas.SERVICE_SPEC)));
            case DEPLOYMENT ->
                new Deployment(
                        MetadataReader.read(metadata, NameRule.SUBDOMAIN),
                        DeploymentReader.spec(fields.object("spec", Schemas.DEPLOYMENT_SPEC)));
            case NODE, REPLICA_SET -> throw new IllegalStateException(kind + " is not read from manifests");
        };
    }
}
