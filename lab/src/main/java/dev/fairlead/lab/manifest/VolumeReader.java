package dev.fairlead.lab.manifest;

import dev.fairlead.lab.model.Container;
import dev.fairlead.lab.model.Content;
import dev.fairlead.lab.model.Volume;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads the volumes of a pod. */
final class VolumeReader {
    private static final int USUAL_MODE = 0644;

    private VolumeReader() {}

    static List<Volume> read(Fields spec) {
        List<Volume> volumes = new ArrayList<>();
        for (Fields volume : spec.list("volumes", Schemas.VOLUME)) {
            volumes.add(new Volume(volume.name("name", NameRule.LABEL), sources(volume)));
        }
        return volumes;
    }

    private static List<Volume.Source> sources(Fields volume) {
        if (volume.has("emptyDir")) {
            return List.of();
        }
        if (volume.has("projected")) {
            Fields projected = volume.object("projected", Schemas.PROJECTED);
            List<Volume.Source> sources = new ArrayList<>();
            int mode = projected.count("defaultMode", USUAL_MODE);
            for (Fields source : projected.list("sources", Schemas.PROJECTED_SOURCE)) {
                sources.add(source(source, mode));
            }
            if (sources.isEmpty()) {
                throw projected.wrong("sources", "is empty; say configMap, secret or downwardAPI");
            }
            return sources;
        }
        return List.of(source(volume, USUAL_MODE));
    }

    private static Volume.Source source(Fields holder, int mode) {
        if (holder.has("configMap")) {
            return keys(holder.object("configMap", Schemas.VOLUME_SOURCE), Content.Kind.CONFIG_MAP, mode);
        }
        if (holder.has("secret")) {
            return keys(holder.object("secret", Schemas.VOLUME_SOURCE), Content.Kind.SECRET, mode);
        }
        if (holder.has("downwardAPI")) {
            List<Volume.Item> items = new ArrayList<>();
            Fields from = holder.object("downwardAPI", Schemas.VOLUME_SOURCE);
            int usual = from.count("defaultMode", mode);
            for (Fields item : from.list("items", Schemas.VOLUME_ITEM)) {
                String field = ContainerReader.field(item.object("fieldRef", Schemas.FIELD_REF), false);
                items.add(new Volume.Item(field, path(item), item.count("mode", usual)));
            }
            return new Volume.Source.Fields(items);
        }
        throw holder.wrong(
                "names no volume that the lab has; use emptyDir, configMap, secret, downwardAPI or projected");
    }

    private static Volume.Source keys(Fields source, Content.Kind kind, int otherwise) {
        int mode = source.count("defaultMode", otherwise);
        List<Volume.Item> items = new ArrayList<>();
        for (Fields item : source.list("items", Schemas.VOLUME_ITEM)) {
            items.add(new Volume.Item(item.text("key"), path(item), item.count("mode", mode)));
        }
        String name = source.has("secretName") ? source.text("secretName") : source.text("name");
        if (name.isEmpty()) {
            throw source.wrong("name", "is missing; it names the " + kind + " whose keys become files");
        }
        return new Volume.Source.Keys(kind, name, items, source.truth("optional"), mode);
    }

    private static String path(Fields item) {
        String path = item.text("path");
        if (path.isEmpty()
                || path.startsWith("/")
                || List.of(path.split("/", -1)).contains("..")) {
            throw item.wrong("path", "'" + Text.brief(path) + "' is not a path inside the volume");
        }
        return path;
    }

    /** Finds mounts of volumes that aren't there. */
    static void checkMounts(Container container, Fields fields, List<Volume> volumes) {
        Set<String> names = new HashSet<>();
        volumes.forEach(volume -> names.add(volume.name()));
        int index = 0;
        for (Volume.Mount mount : container.mounts()) {
            if (!names.contains(mount.volume())) {
                throw fields.scope()
                        .wrong(
                                fields.path("volumeMounts") + "[" + index + "].name",
                                "there is no volume '" + Text.brief(mount.volume()) + "' in spec.volumes");
            }
            index++;
        }
    }
}
