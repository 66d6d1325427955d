package dev.fairlead.dataplane;

/** Stub until plan.routes has landed. */
final class NodeRoutes {
    private NodeRoutes() {}
}
