package dev.fairlead.cli;

/** Traces of a lab whose agents are in its own process. */
@HostUnchanged
class LabTraceTest extends TraceStories {}
