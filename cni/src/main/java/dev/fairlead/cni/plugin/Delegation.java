package dev.fairlead.cni.plugin;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.Verb;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.NetConf;
import dev.fairlead.cni.runtime.PluginExec;
import dev.fairlead.cni.runtime.PluginRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Hands a call on to another plugin, an IPAM most of all, found in the call's own {@code CNI_PATH} (SPEC.md section 4). A
 * plugin that delegates ADD has to delegate CHECK, DEL, GC and STATUS as well. Any thread.
 */
public final class Delegation {
    private final PluginExec exec;
    private final Map<String, String> environment;
    private final Duration timeout;

    /**
     * @param environment what the delegate gets beside the call's own variables, such as {@code PATH}; the shim hands on
     *     only {@code CNI_*}
     */
    public Delegation(PluginExec exec, Map<String, String> environment, Duration timeout) {
        this.exec = exec;
        this.environment = new LinkedHashMap<>(environment);
        this.timeout = timeout;
    }

    /**
     * Delegates ADD. When the delegate fails, its DEL is executed before the failure is thrown on.
     *
     * @param type the delegate's file name
     * @return its result in the version of {@code conf}; an IPAM's has no interfaces
     */
    public AddResult add(String type, NetConf conf, CniCall call) {
        try {
            return run(call)
                    .execute(
                            Verb.ADD,
                            type,
                            conf.name(),
                            variables(Verb.ADD, call),
                            call.stdin(),
                            stdout -> AddResult.read(stdout, conf.cniVersion()).as(conf.cniVersion()));
        } catch (CniException e) {
            try {
                execute(Verb.DEL, type, conf, call);
            } catch (CniException undo) {
                e.addSuppressed(undo);
            }
            throw e;
        }
    }

    /** Delegates DEL; also to be used when something after a successful {@link #add} fails. */
    public void del(String type, NetConf conf, CniCall call) {
        execute(Verb.DEL, type, conf, call);
    }

    public void check(String type, NetConf conf, CniCall call) {
        execute(Verb.CHECK, type, conf, call);
    }

    public void gc(String type, NetConf conf, CniCall call) {
        execute(Verb.GC, type, conf, call);
    }

    public void status(String type, NetConf conf, CniCall call) {
        execute(Verb.STATUS, type, conf, call);
    }

    private void execute(Verb verb, String type, NetConf conf, CniCall call) {
        run(call).execute(verb, type, conf.name(), variables(verb, call), call.stdin());
    }

    private PluginRun run(CniCall call) {
        List<Path> path = call.environment().path().stream().map(Path::of).toList();
        return new PluginRun(exec, path, timeout);
    }

    private Map<String, String> variables(Verb verb, CniCall call) {
        Map<String, String> variables = new LinkedHashMap<>(environment);
        variables.putAll(call.environment().variables());
        variables.put("CNI_COMMAND", verb.name());
        return variables;
    }
}
