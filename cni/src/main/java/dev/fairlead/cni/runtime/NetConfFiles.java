package dev.fairlead.cni.runtime;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.ConfigException;
import dev.fairlead.cni.ErrorCode;
import dev.fairlead.cni.protocol.NetConfList;
import dev.fairlead.cni.protocol.PluginConf;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/**
 * Network configurations from files. Every failure is a {@link ConfigException} that names the file, or a
 * {@link CniException} of code 5 when it can't be read.
 */
public final class NetConfFiles {
    private NetConfFiles() {}

    /**
     * Loads one file: a {@code .conflist}, with the plugins of the folder {@code <name>/*.conf} beside it unless it says
     * {@code loadOnlyInlinedPlugins}; or a {@code .conf} or {@code .json} of old with a single plugin.
     */
    public static NetConfList load(Path file) {
        if (!hasExtension(file, ".conflist")) {
            return parse(file, NetConfList::readSingle);
        }
        NetConfList list = parse(file, NetConfList::read);
        if (!list.loadOnlyInlinedPlugins()) {
            list = list.plus(folder(file.resolveSibling(list.name())));
        }
        if (list.plugins().isEmpty()) {
            throw new ConfigException(
                            ErrorCode.INVALID_CONFIG,
                            "plugins",
                            "is missing, and " + file.resolveSibling(list.name()) + " has no .conf file either")
                    .in(file.toString(), new byte[0]);
        }
        return list;
    }

    /**
     * The network that a container runtime takes when it is given a directory only: of all {@code .conf}, {@code .conflist}
     * and {@code .json} files the first by name. A first file that is damaged is an error, and not passed over: the next one
     * would be another network.
     */
    public static NetConfList first(Path directory) {
        List<Path> files = list(directory, ".conf", ".conflist", ".json");
        if (files.isEmpty()) {
            throw CniException.invalidConfig(
                    directory + " has no network configuration", "a file ending in .conflist is looked for");
        }
        return load(files.getFirst());
    }

    /** The network of this name, as libcni looks for it: first among the lists, then among the single plugins. */
    public static NetConfList named(Path directory, String name) {
        List<Path> files = new ArrayList<>(list(directory, ".conflist"));
        files.addAll(list(directory, ".conf", ".json"));
        for (Path file : files) {
            NetConfList list = load(file);
            if (list.name().equals(name)) {
                return list;
            }
        }
        throw CniException.invalidConfig(
                "no network configuration in " + directory + " has the name '" + name + "'",
                "looked into " + files.size() + " files ending in .conflist, .conf or .json");
    }

    private static List<PluginConf> folder(Path folder) {
        List<PluginConf> plugins = new ArrayList<>();
        for (Path file : list(folder, ".conf")) {
            plugins.add(parse(file, NetConfList::readPlugin));
        }
        return plugins;
    }

    /** Files with one of these extensions, sorted by name; none when the directory isn't there. */
    private static List<Path> list(Path directory, String... extensions) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (hasExtension(entry, extensions) && !Files.isDirectory(entry)) {
                    files.add(entry);
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
        Collections.sort(files);
        return files;
    }

    private static boolean hasExtension(Path file, String... extensions) {
        String name = file.getFileName().toString();
        for (String extension : extensions) {
            if (name.endsWith(extension)) {
                return true;
            }
        }
        return false;
    }

    private static <T> T parse(Path file, Function<byte[], T> read) {
        byte[] text = bytes(file);
        try {
            return read.apply(text);
        } catch (ConfigException e) {
            throw e.in(file.toString(), text);
        }
    }

    private static byte[] bytes(Path file) {
        try (var stream = Files.newInputStream(file)) {
            return stream.readNBytes(CniJson.MAX_BYTES + 1);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static CniException unreadable(Path file, IOException e) {
        String why = e instanceof NoSuchFileException ? "there is no such file" : e.toString();
        return new CniException(ErrorCode.IO_FAILURE, file + " can't be read", why, e);
    }
}
