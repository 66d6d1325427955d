package dev.fairlead.dataplane;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import java.io.ByteArrayOutputStream;
import java.util.HexFormat;

/** An Ethernet frame as no honest kernel would send it, for tests. */
record Frame(byte[] bytes) {
    private static final int ICMPV6 = 58;

    String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    private static Frame of(Mac to, Mac from, int type, byte[] payload) {
        return new Frame(join(to.bytes(), from.bytes(), be16(type), payload));
    }

    /** An ARP reply, RFC 826: {@code ip} is at {@code claimed}. */
    static Frame arpReply(Mac from, Mac claimed, Ip ip, Mac toMac, Ip toIp) {
        return of(toMac, from, 0x0806, arp(claimed, ip, toMac, toIp));
    }

    /** The same behind an 802.1Q tag. */
    static Frame taggedArpReply(Mac from, Mac claimed, Ip ip, Mac toMac, Ip toIp) {
        return of(toMac, from, 0x8100, join(be16(0), be16(0x0806), arp(claimed, ip, toMac, toIp)));
    }

    private static byte[] arp(Mac claimed, Ip ip, Mac toMac, Ip toIp) {
        return join(
                HexFormat.of().parseHex("0001080006040002"), claimed.bytes(), ip.bytes(), toMac.bytes(), toIp.bytes());
    }

    /** A neighbour advertisement, RFC 4861 4.4, with override and its target's link-layer address. */
    static Frame advertisement(Mac from, Ip fromIp, Ip target, Mac claimed, Mac toMac, Ip toIp) {
        byte[] message =
                join(HexFormat.of().parseHex("8800000020000000"), target.bytes(), new byte[] {2, 1}, claimed.bytes());
        return icmpv6(from, fromIp, toMac, toIp, message);
    }

    /** A router advertisement, RFC 4861 4.2, of a router for half an hour. */
    static Frame routerAdvertisement(Mac from, Ip fromIp) {
        byte[] message =
                join(HexFormat.of().parseHex("8600000040000708" + "0000000000000000"), new byte[] {1, 1}, from.bytes());
        return icmpv6(from, fromIp, Mac.of("33:33:00:00:00:01"), Ip.of("ff02::1"), message);
    }

    private static Frame icmpv6(Mac from, Ip fromIp, Mac toMac, Ip toIp, byte[] message) {
        byte[] pseudo = join(fromIp.bytes(), toIp.bytes(), be16(0), be16(message.length), be16(0), be16(ICMPV6));
        int sum = checksum(join(pseudo, message));
        message[2] = (byte) (sum >> 8);
        message[3] = (byte) sum;
        byte[] header = join(
                HexFormat.of().parseHex("60000000"),
                be16(message.length),
                new byte[] {ICMPV6, (byte) 255},
                fromIp.bytes(),
                toIp.bytes());
        return of(toMac, from, 0x86dd, join(header, message));
    }

    private static int checksum(byte[] bytes) {
        int sum = 0;
        for (int i = 0; i < bytes.length; i += 2) {
            sum += (bytes[i] & 0xff) << 8 | bytes[i + 1] & 0xff;
        }
        while (sum >> 16 != 0) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return ~sum & 0xffff;
    }

    private static byte[] be16(int number) {
        return new byte[] {(byte) (number >> 8), (byte) number};
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
