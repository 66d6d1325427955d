package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.expression.Bytes;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Keys of interval sets are compared as big-endian numbers, so that values of types in host order are turned round on their
 * way there and back.
 */
final class NetworkOrder {
    private NetworkOrder() {}

    static boolean applies(ScalarType type) {
        return type.isHostOrder() && type.length() > 1 && type != ScalarType.IFNAME;
    }

    static Bytes of(ScalarType type, Bytes value) {
        if (!applies(type) || ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN) {
            return value;
        }
        byte[] bytes = value.toArray();
        byte[] turned = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            turned[i] = bytes[bytes.length - 1 - i];
        }
        return Bytes.of(turned);
    }

    /** A key of an interval set, part by part; the same going and coming. */
    static Bytes key(SetType type, Bytes value) {
        boolean any = false;
        for (ScalarType scalar : type.scalars()) {
            any |= applies(scalar);
        }
        if (!any || value.isEmpty()) {
            return value;
        }
        if (!type.isConcatenation()) {
            return of(type.scalars().getFirst(), value);
        }
        Bytes all = Bytes.EMPTY;
        List<Bytes> parts = type.parts(value);
        for (int i = 0; i < parts.size(); i++) {
            ScalarType scalar = type.scalars().get(i);
            all = all.plus(of(scalar, parts.get(i)).resized(scalar.padded()));
        }
        return all;
    }
}
