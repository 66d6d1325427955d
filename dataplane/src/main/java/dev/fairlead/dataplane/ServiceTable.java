package dev.fairlead.dataplane;

import dev.fairlead.kernel.netns.Netns;

public final class ServiceTable implements AutoCloseable {
    private ServiceTable() {}

    public static ServiceTable start(Netns node) {
        return new ServiceTable();
    }

    public String text() {
        return "";
    }

    public void clean() {}

    @Override
    public void close() {}
}
