package dev.fairlead.kernel.drops;

import dev.fairlead.kernel.tap.TapFilter;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What {@link DropProgram} looks up to know whether a packet is wanted: keys of a hash map. Host byte order where nothing else is said.
 *
 * <pre>
 * struct key { __u32 kind; __u8 value[16]; };    the rest of a shorter value is 0
 * </pre>
 */
final class Wanted {
    /** Kinds: the number of an IP protocol; a port in network byte order; an address as in its header; a namespace's inode number. */
    static final int PROTOCOL = 1, PORT = 2, IPV4 = 4, IPV6 = 6, NAMESPACE = 7;

    static final int VALUE = 4, BYTES = 20;

    /** How many keys there may be: the most namespaces of one filter and some others. */
    static final int MOST = 2048;

    private Wanted() {}

    /** One namespace, the protocol, one address and, where there are ports, one port of a packet have to be among these. */
    static Set<ByteBuffer> of(DropFilter filter) {
        Set<ByteBuffer> keys = new LinkedHashSet<>();
        filter.namespaces().forEach(inode -> keys.add(number(NAMESPACE, inode.intValue())));
        TapFilter packets = filter.packets();
        keys.add(number(PROTOCOL, packets.protocol().number()));
        for (Ip address : packets.addresses()) {
            ByteBuffer key = key(packets.family() == Family.IPV4 ? IPV4 : IPV6);
            keys.add(key.put(VALUE, address.bytes()));
        }
        if (packets.protocol().hasPorts()) { // else they are identifiers
            for (int port : packets.ports()) {
                keys.add(key(PORT).order(ByteOrder.BIG_ENDIAN).putShort(VALUE, (short) port));
            }
        }
        return keys;
    }

    private static ByteBuffer key(int kind) {
        return ByteBuffer.allocate(BYTES).order(ByteOrder.nativeOrder()).putInt(0, kind);
    }

    private static ByteBuffer number(int kind, int value) {
        return key(kind).putInt(VALUE, value);
    }
}
