package dev.fairlead.cni.plugin;

import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.Dns;
import dev.fairlead.cni.protocol.Interface;
import dev.fairlead.cni.protocol.IpConfig;
import dev.fairlead.cni.protocol.Route;
import dev.fairlead.cni.protocol.Sandbox;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;

/** A plugin that keeps the requests it gets, answers ADD with one address, and fails when it is told to. */
final class RecordingPlugin implements CniPlugin {
    final List<Record> requests = new ArrayList<>();
    Runnable before = () -> {};

    static AddResult result(String sandbox) {
        return AddResult.of(
                List.of(
                        Interface.onHost("veth0", Mac.of("0a:58:0a:f4:01:01"), 1450),
                        Interface.inSandbox("eth0", Mac.of("0a:58:0a:f4:01:05"), 1450, sandbox)),
                List.of(IpConfig.of(Prefix.of("10.244.1.5/24"), Ip.of("10.244.1.1"), 1)),
                List.of(Route.via(Prefix.of("0.0.0.0/0"), Ip.of("10.244.1.1")).withMtu(1400)),
                Dns.NONE);
    }

    @Override
    public AddResult add(AddRequest request) {
        keep(request);
        return request.prevResult().orElseGet(() -> result(request.sandbox().path()));
    }

    @Override
    public void del(DelRequest request) {
        keep(request);
    }

    @Override
    public void check(CheckRequest request) {
        keep(request);
    }

    @Override
    public void gc(GcRequest request) {
        keep(request);
    }

    @Override
    public void status(StatusRequest request) {
        keep(request);
    }

    private void keep(Record request) {
        requests.add(request);
        before.run();
    }

    /** The last request, which must be of this kind. */
    <T extends Record> T last(Class<T> kind) {
        return kind.cast(requests.getLast());
    }

    /** Calls this plugin: variables as {@code KEY=VALUE}; those that ADD needs are there unless they are set otherwise. */
    PluginOutput call(String command, String stdin, String... variables) {
        return call(sandbox -> false, command, stdin, variables);
    }

    PluginOutput call(Predicate<Sandbox> isHostNetns, String command, String stdin, String... variables) {
        Map<String, String> environment = new LinkedHashMap<>(Map.of(
                "CNI_COMMAND", command,
                "CNI_CONTAINERID", "c1",
                "CNI_NETNS", "/run/netns/c1",
                "CNI_IFNAME", "eth0",
                "CNI_PATH", "/opt/cni/bin"));
        for (String variable : variables) {
            int equals = variable.indexOf('=');
            environment.put(variable.substring(0, equals), variable.substring(equals + 1));
        }
        return new PluginProtocol(this, isHostNetns)
                .answer(environment, stdin.replace('\'', '"').getBytes(StandardCharsets.UTF_8), OptionalInt.empty());
    }
}
