package dev.fairlead.cni.plugin;

import dev.fairlead.cni.protocol.AddResult;

/** A plugin that always answers ADD alike. */
record CniPluginOfOneResult(AddResult result) implements CniPlugin {

    @Override
    public AddResult add(AddRequest request) {
        return result;
    }

    @Override
    public void del(DelRequest request) {}

    @Override
    public void check(CheckRequest request) {}

    @Override
    public void gc(GcRequest request) {}

    @Override
    public void status(StatusRequest request) {}
}
