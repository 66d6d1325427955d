package dev.fairlead.kernel.conntrack;

import dev.fairlead.kernel.NetlinkException;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.kernel.netlink.NetlinkSocket;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.kernel.netns.Netns;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The flows that one network namespace remembers. Needs CAP_NET_ADMIN in the namespace's user namespace. Safe from any
 * thread.
 */
public final class Conntrack implements AutoCloseable {
    private static final int CTA_TUPLE_ORIG = 1;
    private static final int CTA_ID = 12;
    private static final int CTA_ZONE = 18;
    private static final int CTA_STATS_GLOBAL_ENTRIES = 1;

    /** So many at a time: the answers have to fit into the socket's buffer before they are read. */
    private static final int DELETES_AT_ONCE = 200;

    private final NetlinkSocket socket;

    private Conntrack(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** Opens the flows of a namespace. */
    public static Conntrack open(Netns namespace) {
        return new Conntrack(NetlinkSocket.open(namespace, ConntrackProtocol.FAMILY));
    }

    /** Opens the flows of the calling thread's namespace. */
    public static Conntrack open() {
        return new Conntrack(NetlinkSocket.open(ConntrackProtocol.FAMILY));
    }

    /** All flows. */
    public List<Flow> list() {
        return list(FlowFilter.ALL);
    }

    /** The flows that the filter lets through. */
    public List<Flow> list(FlowFilter filter) {
        List<Flow> flows = new ArrayList<>();
        for (Message message :
                socket.dump(Wire.request("list the tracked flows", Wire.GET, filter.familyNumber(), filter::encode))) {
            Flow flow = Flow.decode(message);
            if (filter.test(flow)) {
                flows.add(flow);
            }
        }
        return flows;
    }

    /** The flow whose packets look like this in the original or in the reply direction. */
    public Optional<Flow> find(Tuple tuple) {
        try {
            return socket
                    .call(Wire.request(
                            "find the flow " + tuple,
                            Wire.GET,
                            tuple.family().number(),
                            body -> body.nested(CTA_TUPLE_ORIG, tuple::encode)))
                    .stream()
                    .map(Flow::decode)
                    .findFirst();
        } catch (NetlinkException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** How many flows there are, of both families. */
    public long count() {
        Message answer = socket.call(Wire.request("count the tracked flows", Wire.GET_STATS, 0, body -> {}))
                .getFirst();
        return answer.attributes(Wire.HEADER)
                .require(CTA_STATS_GLOBAL_ENTRIES, "CTA_STATS_GLOBAL_ENTRIES")
                .be32();
    }

    /**
     * Makes the kernel forget a flow: the next packet begins a new one.
     *
     * @return false when it was no longer there
     */
    public boolean delete(Flow flow) {
        return delete(List.of(flow)) == 1;
    }

    /**
     * Makes the kernel forget flows. One that is no longer there is passed over.
     *
     * @return how many there still were
     * @throws NetlinkException the first refusal for another reason, after all have been tried
     */
    public int delete(List<Flow> flows) {
        List<Optional<NetlinkException>> outcomes = new ArrayList<>();
        for (int from = 0; from < flows.size(); from += DELETES_AT_ONCE) {
            List<Request> requests = new ArrayList<>();
            for (Flow flow : flows.subList(from, Math.min(from + DELETES_AT_ONCE, flows.size()))) {
                requests.add(deletion(flow));
            }
            outcomes.addAll(socket.pipeline(requests));
        }
        int deleted = 0;
        for (Optional<NetlinkException> outcome : outcomes) {
            if (outcome.isEmpty()) {
                deleted++;
            } else if (!outcome.get().isNotFound()) {
                throw outcome.get();
            }
        }
        return deleted;
    }

    /** With its number, so that a flow that has taken its place meanwhile stays. */
    private static Request deletion(Flow flow) {
        return Wire.request(
                "forget the flow " + flow.original(), Wire.DELETE, flow.family().number(), body -> {
                    body.nested(CTA_TUPLE_ORIG, flow.original()::encode);
                    if (flow.zone() != 0) {
                        body.attributeBe16(CTA_ZONE, flow.zone());
                    }
                    body.attributeBe32(CTA_ID, flow.id());
                });
    }

    /**
     * Makes the kernel forget all flows that the filter lets through.
     *
     * @return how many
     */
    public int delete(FlowFilter filter) {
        return delete(filter, flow -> true);
    }

    /**
     * As {@link #delete(FlowFilter)}, of those the ones for which {@code also} is true: UDP flows to a Service whose answers
     * would come from an endpoint that is gone.
     */
    public int delete(FlowFilter filter, Predicate<Flow> also) {
        return delete(list(filter).stream().filter(also).toList());
    }

    /**
     * Begins to listen for changes, on a socket of its own in the namespace of {@code namespace}.
     *
     * <p>Since kernel 5.19 the kernel only makes events for flows that began while somebody listened.
     */
    public static FlowEvents listen(Netns namespace) {
        return FlowEvents.open(namespace);
    }

    @Override
    public void close() {
        socket.close();
    }
}
