package dev.fairlead.cli;

/** The same judges of traces in a lab in which each node is watched by its agent, in a process of its own. */
@HostUnchanged
class LabTraceProcessesWitnessTest extends TraceWitnesses {
    LabTraceProcessesWitnessTest() {
        super("--agents=process");
    }
}
