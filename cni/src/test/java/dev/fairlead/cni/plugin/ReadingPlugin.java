package dev.fairlead.cni.plugin;

import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.CniArgs;
import dev.fairlead.cni.protocol.NetConf;

/** A plugin that asks for everything that a configuration has, and does nothing. */
final class ReadingPlugin implements CniPlugin {

    @Override
    public AddResult add(AddRequest request) {
        read(request.conf(), request.args());
        return request.prevResult()
                .orElseGet(() -> RecordingPlugin.result(request.sandbox().path()));
    }

    @Override
    public void del(DelRequest request) {
        request.call().stdin();
    }

    @Override
    public void check(CheckRequest request) {
        read(request.conf(), request.args());
    }

    @Override
    public void gc(GcRequest request) {
        read(request.conf(), CniArgs.NONE);
    }

    @Override
    public void status(StatusRequest request) {
        read(request.conf(), CniArgs.NONE);
    }

    private static void read(NetConf conf, CniArgs args) {
        conf.ipam();
        conf.ipMasq();
        conf.dns();
        conf.labels();
        conf.requestedIps(args);
        conf.text("socket");
    }
}
