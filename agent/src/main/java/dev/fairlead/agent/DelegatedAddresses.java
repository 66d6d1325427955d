package dev.fairlead.agent;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.ErrorCode;
import dev.fairlead.cni.PluginException;
import dev.fairlead.cni.plugin.AddRequest;
import dev.fairlead.cni.plugin.CniCall;
import dev.fairlead.cni.plugin.Delegation;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.Dns;
import dev.fairlead.cni.protocol.Ipam;
import dev.fairlead.cni.protocol.NetConf;
import dev.fairlead.cni.protocol.Route;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ipam.Attachment;
import dev.fairlead.plan.ipam.IpamException;
import dev.fairlead.plan.ipam.Lease;
import dev.fairlead.plan.ipam.PodMac;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Addresses from another plugin, {@code ipam.type} of the configuration. What it is asked is noted on the disk before, so
 * that it can be told when the pod is gone and nobody else tells it: after a restart of the machine, or when the agent was
 * killed. Any number of calls at once, those for one attachment one at a time.
 *
 * @param gateways the bridge's own addresses, which no pod may have
 */
record DelegatedAddresses(Delegation delegation, DelegateNotes notes, LeaseBook leases, List<Ip> gateways)
        implements AddressSource {
    private static final Logger LOG = LoggerFactory.getLogger(DelegatedAddresses.class);

    DelegatedAddresses {
        gateways = List.copyOf(gateways);
    }

    /** The plugin that a network has for its addresses; empty when it has ours. */
    static Optional<String> type(NetConf conf) {
        return conf.ipam().filter(Ipam::isDelegated).map(Ipam::type);
    }

    private static String requiredType(NetConf conf) {
        return type(conf)
                .orElseThrow(() -> new IllegalArgumentException("network " + conf.name() + " has no ipam.type"));
    }

    @Override
    public Given beforeWiring(AddRequest request, Attachment owner) {
        try {
            notes.put(owner, request.call());
        } catch (UncheckedIOException e) {
            throw new CniException(
                    ErrorCode.IO_FAILURE,
                    "no address for " + owner + ", since a note must be on disk before an IPAM plugin is asked for one",
                    String.valueOf(e.getMessage()),
                    e);
        }
        Mac mac = request.conf().requestedMac(request.args()).orElse(PodMac.of(owner));
        return new Given(mac, List.of(), List.of(), Dns.NONE, DiskSync.Pending.NONE, true);
    }

    @Override
    public Given afterWiring(Given before, AddRequest request, Attachment owner, Consumer<Step> reached) {
        AddResult result = ask(request, owner);
        reached.accept(Step.DELEGATED);
        Given given = new Given(before.mac(), result.ips(), routes(result), result.dns(), before.onDisk(), true);
        String type = requiredType(request.conf());
        if (given.ips().isEmpty()) {
            throw CniException.invalidConfig(
                    "IPAM plugin '" + type + "' gave no address for " + owner, "see what its 'ipam' member needs");
        }
        for (Ip address : given.addresses()) {
            if (gateways.contains(address)) {
                throw CniException.invalidConfig(
                        "IPAM plugin '" + type + "' gave " + address + " for " + owner + ", which is the node's own",
                        "keep it out of the plugin's range");
            }
        }
        try {
            leases.adopt(new Lease(owner, given.addresses(), given.mac(), System.currentTimeMillis()));
        } catch (IpamException.LeaseConflict e) {
            throw CniException.invalidConfig(
                    "IPAM plugin '" + type + "' gave an address that is in use: " + e.getMessage(),
                    "two networks of this node hand out the same addresses; give them ranges of their own");
        }
        reached.accept(Step.ADOPTED);
        return given;
    }

    private AddResult ask(AddRequest request, Attachment owner) {
        try {
            return delegation.add(requiredType(request.conf()), request.conf(), request.call());
        } catch (PluginException e) {
            if (e.isNotFound() || e.getSuppressed().length == 0) {
                notes.remove(owner); // it was never executed, or its DEL has been, and well
            }
            throw e.isNotFound() ? notFound(ErrorCode.INVALID_CONFIG, e) : e;
        }
    }

    private static CniException notFound(ErrorCode code, PluginException e) {
        return new CniException(
                code, e.msg(), e.details() + "; install it there, or take 'ipam' out of the configuration", e);
    }

    /** The plugin's; when it says none, the default routes by the gateways that it names. */
    private static List<Route> routes(AddResult result) {
        List<Route> routes = new ArrayList<>(result.routes());
        if (routes.isEmpty()) {
            result.ips()
                    .forEach(ip -> ip.gateway().ifPresent(gateway -> {
                        Route route = Route.via(new Prefix(Ip.of(gateway.isIpv4() ? "0.0.0.0" : "::"), 0), gateway);
                        if (routes.stream().noneMatch(other -> other.dst().equals(route.dst()))) {
                            routes.add(route);
                        }
                    }));
        }
        return routes;
    }

    /**
     * DEL: the plugin of the configuration is executed in any case, with the call as it came; and the one that was asked at
     * ADD, should the configuration name another now.
     *
     * @return whether there was one
     * @throws CniException when it fails; the note stays
     */
    boolean takeBack(Attachment owner, NetConf conf, CniCall call) {
        Optional<String> type = type(conf);
        Optional<DelegateNotes.Note> note = notes.find(owner);
        if (type.isPresent()) {
            try {
                delegation.del(type.get(), conf, call);
            } catch (PluginException e) {
                if (!e.isNotFound() || note.isPresent()) {
                    throw e;
                }
                // A plugin that is not there has given nothing that we know of, and a DEL that fails is for ever.
                LOG.warn("{}: {}; passed over in the DEL of {}", e.msg(), e.details(), owner);
            }
        }
        if (note.isPresent() && !requiredType(note.get().conf()).equals(type.orElse(""))) {
            delegation.del(
                    requiredType(note.get().conf()),
                    note.get().conf(),
                    note.get().call());
        }
        return type.isPresent() || note.isPresent();
    }

    /**
     * Without a call of the runtime's: by the note, if there is one.
     *
     * @return whether there was one
     * @throws CniException when the plugin fails; the note stays
     */
    boolean takeBack(Attachment owner) {
        Optional<DelegateNotes.Note> note = notes.find(owner);
        note.ifPresent(asked -> delegation.del(requiredType(asked.conf()), asked.conf(), asked.call()));
        return note.isPresent();
    }

    /** To be called when nothing of the attachment is left. */
    void forget(Attachment owner) {
        notes.remove(owner);
    }

    boolean knows(Attachment owner) {
        return notes.owners().contains(owner);
    }

    /** Attachments that an IPAM plugin was asked for, and that weren't deleted since. */
    Set<Attachment> owners() {
        return notes.owners();
    }

    void check(NetConf conf, CniCall call) {
        type(conf).ifPresent(type -> delegation.check(type, conf, call));
    }

    void gc(NetConf conf, CniCall call) {
        type(conf).ifPresent(type -> delegation.gc(type, conf, call));
    }

    /** @throws CniException as the plugin says it, or code 50 when it isn't there */
    void status(NetConf conf, CniCall call) {
        try {
            delegation.status(requiredType(conf), conf, call);
        } catch (PluginException e) {
            throw e.isNotFound() ? notFound(ErrorCode.NOT_AVAILABLE, e) : e;
        }
    }
}
