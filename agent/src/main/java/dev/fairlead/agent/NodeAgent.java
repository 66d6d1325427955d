package dev.fairlead.agent;

/** Placeholder to be replaced in the next commit. */
final class NodeAgent {
    private NodeAgent() {}
}
