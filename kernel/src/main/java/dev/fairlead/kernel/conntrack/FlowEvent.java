package dev.fairlead.kernel.conntrack;

/** What was heard of flows. */
public sealed interface FlowEvent {

    /** A flow began. */
    record Begun(Flow flow) implements FlowEvent {}

    /** A flow changed: answered, assured, another state or mark. Only what changed and the tuples are sure to be there. */
    record Changed(Flow flow) implements FlowEvent {}

    /** A flow is forgotten: it timed out, ended, or was deleted. */
    record Ended(Flow flow) implements FlowEvent {}

    /** The kernel had to drop events: what is known from earlier ones is out of date. */
    record Lost() implements FlowEvent {}
}
