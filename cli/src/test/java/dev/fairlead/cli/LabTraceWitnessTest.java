package dev.fairlead.cli;

/** Judges of traces in a lab whose agents are in its own process. */
@HostUnchanged
class LabTraceWitnessTest extends TraceWitnesses {}
