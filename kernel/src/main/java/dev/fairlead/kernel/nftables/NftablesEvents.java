package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.kernel.netlink.NetlinkSocket;
import dev.fairlead.kernel.netns.Netns;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Hears of changes to the tables of a namespace. Safe from any thread, but each event is given to one caller only. */
public final class NftablesEvents implements AutoCloseable {
    private static final int NFNLGRP_NFTABLES = 7;

    private final NetlinkSocket socket;

    private NftablesEvents(NetlinkSocket socket) {
        this.socket = socket;
    }

    public static NftablesEvents open(Netns namespace) {
        NetlinkSocket socket = NetlinkSocket.open(namespace, NftablesProtocol.FAMILY);
        try {
            socket.join(NFNLGRP_NFTABLES);
            return new NftablesEvents(socket);
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Waits for events.
     *
     * @return what came, {@link NftablesEvent.Lost} among it when the kernel had to drop some; empty when nothing came in
     *     time
     */
    public List<NftablesEvent> await(Duration patience) {
        List<NftablesEvent> events = new ArrayList<>();
        try {
            for (Message message : socket.events(patience)) {
                event(message).ifPresent(events::add);
            }
        } catch (SyscallException e) {
            if (!e.errno().equals(Errno.ENOBUFS)) {
                throw e;
            }
            events.add(new NftablesEvent.Lost());
        }
        return events;
    }

    /** Empty for messages about things that aren't known here, such as flow tables. */
    static Optional<NftablesEvent> event(Message message) {
        if (message.type() >> 8 != Wire.SUBSYSTEM) {
            return Optional.empty();
        }
        int type = message.type() & 0xff;
        return switch (type) {
            case Wire.NEWTABLE, Wire.DELTABLE ->
                Optional.of(new NftablesEvent.OfTable(type == Wire.NEWTABLE, TableCodec.decode(message)));
            case Wire.NEWCHAIN, Wire.DELCHAIN ->
                Optional.of(new NftablesEvent.OfChain(type == Wire.NEWCHAIN, ChainCodec.decode(message)));
            case Wire.NEWRULE, Wire.DELRULE ->
                Optional.of(new NftablesEvent.OfRule(type == Wire.NEWRULE, RuleCodec.decode(message)));
            case Wire.NEWSET, Wire.DELSET ->
                Optional.of(new NftablesEvent.OfSet(type == Wire.NEWSET, SetCodec.decode(message)));
            case Wire.NEWSETELEM, Wire.DELSETELEM -> Optional.of(elements(type == Wire.NEWSETELEM, message));
            case Wire.NEWGEN -> Optional.of(new NftablesEvent.Committed(Generation.decode(Wire.attributes(message))));
            default -> Optional.empty();
        };
    }

    private static NftablesEvent elements(boolean added, Message message) {
        Attributes in = Wire.attributes(message);
        return new NftablesEvent.OfElements(
                added,
                Wire.family(message),
                TableCodec.name(in, ElementCodec.NFTA_SET_ELEM_LIST_TABLE, "NFTA_SET_ELEM_LIST_TABLE"),
                TableCodec.name(in, ElementCodec.NFTA_SET_ELEM_LIST_SET, "NFTA_SET_ELEM_LIST_SET"),
                ElementCodec.decodeRaw(in));
    }

    @Override
    public void close() {
        socket.close();
    }
}
