package dev.fairlead.cni.protocol;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.CniVersion;
import dev.fairlead.cni.ConfigException;
import dev.fairlead.cni.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A network configuration: a name and the plugins to execute, in order (SPEC.md section 1).
 *
 * @param cniVersion the version to use: the highest that configuration and runtime both know
 * @param cniVersions all that configuration and runtime both know, lowest first
 * @param disableCheck CHECK must not be executed
 * @param disableGc GC must not be executed
 * @param loadOnlyInlinedPlugins the folder beside the file is not looked at
 * @param plugins may be empty only until the plugins of that folder are in
 * @param text the document as it was read, which the result cache keeps
 */
public record NetConfList(
        String name,
        CniVersion cniVersion,
        List<CniVersion> cniVersions,
        boolean disableCheck,
        boolean disableGc,
        boolean loadOnlyInlinedPlugins,
        List<PluginConf> plugins,
        String text) {

    public NetConfList {
        cniVersions = List.copyOf(cniVersions);
        plugins = List.copyOf(plugins);
    }

    /**
     * Reads a {@code .conflist}.
     *
     * @throws ConfigException code 6 or 7, naming the field
     */
    public static NetConfList read(byte[] text) {
        ObjectNode json = CniJson.object(text);
        Fields fields = new Fields(json, "");
        boolean inlinedOnly = fields.lenientFlag("loadOnlyInlinedPlugins");
        List<CniVersion> versions = OfferedVersions.read(fields);
        return new NetConfList(
                name(fields),
                versions.getLast(),
                versions,
                fields.lenientFlag("disableCheck"),
                fields.lenientFlag("disableGC"),
                inlinedOnly,
                plugins(fields, inlinedOnly),
                new String(CniJson.bytes(json), StandardCharsets.UTF_8));
    }

    /**
     * Reads a {@code .conf} or {@code .json} of old, which holds a single plugin, and makes a list of it.
     *
     * @throws ConfigException code 6 or 7, naming the field
     */
    public static NetConfList readSingle(byte[] text) {
        ObjectNode json = CniJson.object(text);
        if (json.has("plugins")) {
            throw new ConfigException(
                    ErrorCode.INVALID_CONFIG, "plugins", "is only for a list, whose file name should end in .conflist");
        }
        Fields fields = new Fields(json, "");
        String name = name(fields);
        List<CniVersion> versions = OfferedVersions.read(fields);
        PluginConf plugin = PluginConf.read(json, "");
        ObjectNode list = CniJson.newObject()
                .put("name", name)
                .put("cniVersion", versions.getLast().toString());
        list.set("plugins", CniJson.newArray().add(json));
        String listText = new String(CniJson.bytes(list), StandardCharsets.UTF_8);
        return new NetConfList(name, versions.getLast(), versions, false, false, true, List.of(plugin), listText);
    }

    /** Reads one file of the folder beside a list. */
    public static PluginConf readPlugin(byte[] text) {
        return PluginConf.read(CniJson.object(text), "");
    }

    private static String name(Fields fields) {
        String name = fields.requiredText("name");
        Names.problemOfIdentifier(name).ifPresent(problem -> {
            throw fields.invalid("name", problem);
        });
        return name;
    }

    private static List<PluginConf> plugins(Fields fields, boolean inlinedOnly) {
        if (!fields.node().has("plugins")) {
            if (inlinedOnly) {
                throw fields.invalid("plugins", "is missing, although loadOnlyInlinedPlugins is true");
            }
            return List.of();
        }
        if (!(fields.raw("plugins") instanceof ArrayNode array)) {
            throw Fields.wrongType("plugins", "a list", fields.raw("plugins"));
        }
        if (array.isEmpty()) {
            throw fields.invalid("plugins", "is an empty list and should name at least one plugin");
        }
        return Fields.elements(array, "plugins", PluginConf::read);
    }

    /** With the plugins of the folder beside it after its own. */
    public NetConfList plus(List<PluginConf> more) {
        List<PluginConf> all = new ArrayList<>(plugins);
        all.addAll(more);
        return new NetConfList(
                name, cniVersion, cniVersions, disableCheck, disableGc, loadOnlyInlinedPlugins, all, text);
    }

    /** To be executed in another of its versions. */
    public NetConfList with(CniVersion version) {
        return new NetConfList(
                name, version, cniVersions, disableCheck, disableGc, loadOnlyInlinedPlugins, plugins, text);
    }
}
