package dev.fairlead.cluster;

import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.EndpointSlice;
import dev.fairlead.plan.Namespace;
import dev.fairlead.plan.Node;
import dev.fairlead.plan.Pod;
import dev.fairlead.plan.Service;
import dev.fairlead.plan.ServiceName;
import java.util.List;

/** What is kept of one object of the API. */
sealed interface Fact {
    record OfNode(Node node) implements Fact {}

    record OfServiceObject(Service service) implements Fact {}

    record OfSlice(ServiceName service, EndpointSlice slice) implements Fact {}

    record OfNamespace(Namespace namespace) implements Fact {}

    record OfPod(Pod pod) implements Fact {}

    record OfServiceCidr(List<Prefix> cidrs) implements Fact {}

    /** Nothing that the network needs to know of, such as a slice of host names. */
    record OfNothing() implements Fact {}

    Fact NOTHING = new OfNothing();
}
