package dev.fairlead.kernel.route;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.kernel.netlink.NetlinkSocket;
import dev.fairlead.kernel.netlink.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The links of one namespace. Safe from any thread. Every refusal is a {@link dev.fairlead.kernel.NetlinkException}.
 */
public final class Links {
    private final NetlinkSocket socket;

    Links(NetlinkSocket socket) {
        this.socket = socket;
    }

    public List<Link> list() {
        List<Link> links = new ArrayList<>();
        for (Message message : socket.dump(LinkRequests.list())) {
            links.add(Link.decode(message));
        }
        return links;
    }

    /** The link of this name, which may be an alternative one. */
    public Optional<Link> find(String name) {
        return find(LinkRequests.find(name));
    }

    public Optional<Link> find(int index) {
        return find(LinkRequests.find(index));
    }

    private Optional<Link> find(Request request) {
        try {
            return socket.call(request).stream().findFirst().map(Link::decode);
        } catch (KernelException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * As {@link #find(String)}, for a link that must be there.
     *
     * @throws dev.fairlead.kernel.NetlinkException that {@code isNotFound()}
     */
    public Link require(String name) {
        return Link.decode(socket.call(LinkRequests.find(name)).getFirst());
    }

    /** As {@link LinkRequests#createVeth}. */
    public void createVeth(List<LinkSetting> near, List<LinkSetting> peer) {
        send(LinkRequests.createVeth(near, peer));
    }

    /**
     * Makes a link and reads it in the same exchange ({@code NLM_F_ECHO}): reading it afterwards would wait for the kernel's
     * lock on links once more.
     *
     * @param creation of {@link LinkRequests}
     * @return the link as it was made, with settings that the kernel applies afterwards (its master) still missing; empty
     *     from kernels before 6.2, which don't tell
     */
    public Optional<Link> make(Request creation) {
        Request telling =
                new Request(creation.wanted(), creation.type(), creation.flags() | Request.NLM_F_ECHO, creation.body());
        return socket.call(telling).stream().findFirst().map(Link::decode);
    }

    public void create(LinkKind kind, LinkSetting... settings) {
        send(LinkRequests.create(kind, settings));
    }

    public void set(int index, LinkSetting... settings) {
        send(LinkRequests.set(index, settings));
    }

    public void set(String name, LinkSetting... settings) {
        send(LinkRequests.set(name, settings));
    }

    public void setPort(int index, Map<PortFlag, Boolean> flags) {
        send(LinkRequests.setPort(index, flags));
    }

    public void addAlternativeName(int index, String name) {
        send(LinkRequests.addAlternativeName(index, name));
    }

    /** Deletes; a link that is already gone is a refusal that {@code isNotFound()}. A veth takes its peer with it. */
    public void delete(int index) {
        send(LinkRequests.delete(index));
    }

    public void delete(String name) {
        send(LinkRequests.delete(name));
    }

    /** Names of the links there are now, for printing. */
    public DeviceNames names() {
        Map<Integer, String> names = new java.util.HashMap<>();
        for (Link link : list()) {
            names.put(link.index(), link.name());
        }
        return index -> names.getOrDefault(index, DeviceNames.NUMBERS.of(index));
    }

    private void send(Request request) {
        var _ = socket.call(request);
    }
}
