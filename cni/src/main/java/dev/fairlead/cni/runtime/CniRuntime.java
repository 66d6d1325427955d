package dev.fairlead.cni.runtime;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniException;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.CniVersion;
import dev.fairlead.cni.ErrorCode;
import dev.fairlead.cni.Verb;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.Attachment;
import dev.fairlead.cni.protocol.NetConfList;
import dev.fairlead.cni.protocol.PluginConf;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Executes the plugins of a network for one attachment or for all (SPEC.md section 3). After an ADD that failed, the caller
 * has to DEL.
 *
 * <p>Any thread. GC waits for ADD and DEL of this object and keeps them waiting; that nothing is executed for one container
 * twice at the same time is the caller's business.
 */
public final class CniRuntime {
    private final PluginRun plugins;
    private final ResultCache cache;
    private final Map<String, String> environment;
    private final ReentrantReadWriteLock gcLock = new ReentrantReadWriteLock();

    /**
     * @param path directories of plugins, {@code CNI_PATH}
     * @param cacheDirectory {@code /var/lib/cni} by custom
     * @param environment what plugins get beside {@code CNI_*}; {@code PATH} at least, as some execute iptables
     * @param timeout for each plugin and verb
     */
    public CniRuntime(
            PluginExec exec, List<Path> path, Path cacheDirectory, Map<String, String> environment, Duration timeout) {
        this.plugins = new PluginRun(exec, path, timeout);
        this.cache = new ResultCache(cacheDirectory);
        this.environment = new LinkedHashMap<>(environment);
    }

    /**
     * Executes ADD of each plugin in order, each with the result of the one before, and keeps the last result.
     *
     * @throws CniException of the plugin that failed; the ones after it weren't executed
     */
    public AddResult add(NetConfList list, AttachmentParameters parameters) {
        parameters.requireValid();
        gcLock.readLock().lock();
        try {
            Optional<AddResult> result = Optional.empty();
            for (PluginConf plugin : list.plugins()) {
                result = Optional.of(add(list, plugin, parameters, result));
            }
            AddResult last = result.orElseThrow(() -> CniException.invalidConfig(
                    "network '" + list.name() + "' has no plugins", "there is nothing to execute"));
            cache.put(list, parameters, last);
            return last;
        } finally {
            gcLock.readLock().unlock();
        }
    }

    private AddResult add(
            NetConfList list, PluginConf plugin, AttachmentParameters parameters, Optional<AddResult> prevResult) {
        ObjectNode conf = RequestConf.ofAttachment(list, plugin, parameters, prevResult);
        return plugins.execute(
                Verb.ADD,
                plugin.type(),
                list.name(),
                variables(Verb.ADD, parameters),
                CniJson.bytes(conf),
                stdout -> readResult(stdout, list.cniVersion()));
    }

    /** In the list's version, whatever the plugin chose. As for libcni, {@code null} is a result with nothing in it. */
    private static AddResult readResult(byte[] stdout, CniVersion version) {
        if (CniJson.read(stdout).isNull()) {
            return AddResult.read(CniJson.newObject(), version);
        }
        return AddResult.read(stdout, version).as(version);
    }

    /**
     * Executes DEL of each plugin in reverse order, each with the result of the whole ADD, and forgets that result. To be
     * repeated until it succeeds.
     *
     * @throws CniException of the plugin that failed; the ones before it in the list weren't executed
     */
    public void del(NetConfList list, AttachmentParameters parameters) {
        parameters.requireValid();
        gcLock.readLock().lock();
        try {
            Optional<AddResult> prevResult = resultForDel(list, parameters.attachment());
            for (PluginConf plugin : list.plugins().reversed()) {
                execute(Verb.DEL, list, plugin, parameters, prevResult);
            }
            cache.remove(list.name(), parameters.attachment());
        } finally {
            gcLock.readLock().unlock();
        }
    }

    /** A cached result that can't be used must not keep a container from being deleted. */
    private Optional<AddResult> resultForDel(NetConfList list, Attachment attachment) {
        if (!list.cniVersion().hasPrevResultOnDel()) {
            return Optional.empty();
        }
        try {
            return cache.result(list.name(), attachment, list.cniVersion());
        } catch (CniException e) {
            return Optional.empty();
        }
    }

    /**
     * Executes CHECK of each plugin in order, with the result of the whole ADD. Does nothing where the list says
     * {@code disableCheck}.
     *
     * @throws CniException of the first plugin that failed; code 1 when the list's version has no CHECK
     */
    public void check(NetConfList list, AttachmentParameters parameters) {
        parameters.requireValid();
        if (!list.cniVersion().allows(Verb.CHECK)) {
            throw new CniException(
                    ErrorCode.INCOMPATIBLE_VERSION,
                    "network '" + list.name() + "' with cniVersion " + list.cniVersion() + " doesn't have CHECK",
                    "it came with " + CniVersion.V0_4_0);
        }
        if (list.disableCheck()) {
            return;
        }
        AddResult prevResult = cache.result(list.name(), parameters.attachment(), list.cniVersion())
                .orElseThrow(() -> new CniException(
                        ErrorCode.UNKNOWN_CONTAINER,
                        parameters.attachment() + " isn't in network '" + list.name() + "'",
                        "there is no result of an ADD in " + cache.file(list.name(), parameters.attachment())));
        for (PluginConf plugin : list.plugins()) {
            execute(Verb.CHECK, list, plugin, parameters, Optional.of(prevResult));
        }
    }

    private void execute(
            Verb verb,
            NetConfList list,
            PluginConf plugin,
            AttachmentParameters parameters,
            Optional<AddResult> prevResult) {
        ObjectNode conf = RequestConf.ofAttachment(list, plugin, parameters, prevResult);
        plugins.execute(verb, plugin.type(), list.name(), variables(verb, parameters), CniJson.bytes(conf));
    }

    /**
     * Executes DEL for every cached attachment of this network that isn't valid, then, from 1.1.0 on, GC of each plugin in
     * order. Goes on over failures. Does nothing where the list says {@code disableGC}.
     *
     * @throws CniException with everything that failed; several are one message, and each is a suppressed exception
     */
    public void gc(NetConfList list, Set<Attachment> validAttachments) {
        if (list.disableGc()) {
            return;
        }
        Failures failures = new Failures();
        gcLock.writeLock().lock();
        try {
            for (CachedAttachment cached : cache.attachments()) {
                if (cached.network().equals(list.name())
                        && !validAttachments.contains(cached.parameters().attachment())) {
                    failures.collect(() -> del(list, cached.parameters()));
                }
            }
            if (list.cniVersion().allows(Verb.GC)) {
                for (PluginConf plugin : list.plugins()) {
                    byte[] conf = CniJson.bytes(RequestConf.ofGc(list, plugin, validAttachments));
                    failures.collect(
                            () -> plugins.execute(Verb.GC, plugin.type(), list.name(), variables(Verb.GC), conf));
                }
            }
        } finally {
            gcLock.writeLock().unlock();
        }
        failures.throwAll("GC in network '" + list.name() + "'");
    }

    /**
     * Executes STATUS of each plugin in order. Before 1.1.0 there is none, and every network counts as ready.
     *
     * @throws CniException of the first plugin that isn't ready, with its own code
     */
    public void status(NetConfList list) {
        if (!list.cniVersion().allows(Verb.STATUS)) {
            return;
        }
        for (PluginConf plugin : list.plugins()) {
            byte[] conf = CniJson.bytes(RequestConf.ofNetwork(list, plugin));
            plugins.execute(Verb.STATUS, plugin.type(), list.name(), variables(Verb.STATUS), conf);
        }
    }

    /**
     * Asks a plugin what it speaks (VERSION), lowest first.
     *
     * @throws CniException when it can't be executed or its answer isn't one
     */
    public List<CniVersion> versions(String type) {
        Map<String, String> variables = variables(Verb.VERSION);
        // Plugins built with an old library refuse VERSION without these; libcni gives them the same values.
        for (String variable : List.of("CNI_NETNS", "CNI_IFNAME", "CNI_PATH")) {
            variables.put(variable, "dummy");
        }
        ObjectNode conf = CniJson.newObject().put("cniVersion", CniVersion.LATEST.toString());
        return plugins.execute(Verb.VERSION, type, "", variables, CniJson.bytes(conf), SupportedVersions::read);
    }

    /**
     * Checks before any ADD that every plugin is there and speaks the list's version.
     *
     * @return the capabilities that any plugin declares
     * @throws CniException code 1 for the first plugin that doesn't speak it
     */
    public Set<String> validate(NetConfList list) {
        Set<String> capabilities = new LinkedHashSet<>();
        for (PluginConf plugin : list.plugins()) {
            List<CniVersion> versions = versions(plugin.type());
            if (!versions.contains(list.cniVersion())) {
                throw incompatible(list, plugin, versions, "cniVersion " + list.cniVersion());
            }
            capabilities.addAll(plugin.capabilities());
        }
        return capabilities;
    }

    /**
     * The list in the highest version that it offers and all of its plugins speak ("runtimes may consider the set of
     * supported plugin versions").
     *
     * @throws CniException code 1 for the first plugin that leaves none
     */
    public NetConfList negotiate(NetConfList list) {
        List<CniVersion> common = new ArrayList<>(list.cniVersions());
        for (PluginConf plugin : list.plugins()) {
            List<CniVersion> versions = versions(plugin.type());
            String wanted = "any of " + common;
            common.retainAll(versions);
            if (common.isEmpty()) {
                throw incompatible(list, plugin, versions, wanted);
            }
        }
        return list.with(common.getLast());
    }

    private static CniException incompatible(
            NetConfList list, PluginConf plugin, List<CniVersion> versions, String wanted) {
        return new CniException(
                ErrorCode.INCOMPATIBLE_VERSION,
                "network '" + list.name() + "' needs " + wanted + ", and plugin '" + plugin.type()
                        + "' doesn't speak it",
                "it speaks " + versions);
    }

    /** The results of ADD; for whoever has to list attachments, or has lost the parameters that ADD was given. */
    public ResultCache cache() {
        return cache;
    }

    private Map<String, String> variables(Verb verb) {
        return variables(verb, AttachmentParameters.of("", "", ""));
    }

    /** As libcni, all six are always set, to nothing where they mean nothing, so that none is inherited. */
    private Map<String, String> variables(Verb verb, AttachmentParameters parameters) {
        Map<String, String> variables = new LinkedHashMap<>(environment);
        variables.put("CNI_COMMAND", verb.name());
        variables.put("CNI_CONTAINERID", parameters.containerId());
        variables.put("CNI_NETNS", parameters.netns());
        variables.put("CNI_IFNAME", parameters.ifname());
        variables.put("CNI_ARGS", parameters.args().toString());
        variables.put("CNI_PATH", pathText());
        return variables;
    }

    private String pathText() {
        return String.join(":", plugins.path().stream().map(Path::toString).toList());
    }
}
