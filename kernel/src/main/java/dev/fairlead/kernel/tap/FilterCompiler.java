package dev.fairlead.kernel.tap;

import dev.fairlead.kernel.tap.BpfAssembler.Label;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * From what is wanted to the program: family, protocol, addresses, ports. Each question that has a wrong answer ends the
 * program at once, the one that most packets fail first. Offsets are from the Ethernet header.
 */
final class FilterCompiler {
    private static final int ETHERTYPE = 12;
    private static final int IP = 14;

    /** Of {@code struct iphdr}: all but the flags in the half word that has the fragment's offset. */
    private static final int FRAGMENT_OFFSET = 0x1fff;

    private final TapFilter filter;
    private final boolean v4;
    private final int protocolAt;
    private final BpfAssembler program = new BpfAssembler();
    private final Label accept = new Label();
    private final Label drop = new Label();

    private FilterCompiler(TapFilter filter) {
        this.filter = filter;
        v4 = filter.family() == Family.IPV4;
        protocolAt = IP + (v4 ? 9 : 6);
    }

    static BpfProgram compile(TapFilter filter) {
        return new FilterCompiler(filter).compile();
    }

    private BpfProgram compile() {
        Label found = new Label();
        protocol();
        addresses(found);
        program.bind(found);
        transport();
        program.bind(accept);
        program.add(Bpf.RET, Frame.SNAP);
        program.bind(drop);
        program.add(Bpf.RET, 0);
        return program.assemble();
    }

    private void protocol() {
        Label right = new Label();
        Label perhapsError = new Label();
        Label addresses = new Label();
        program.add(Bpf.LDH, ETHERTYPE);
        program.jump(Bpf.JEQ, v4 ? Wire.ETH_P_IP : Wire.ETH_P_IPV6, right, drop);
        program.bind(right);
        program.add(Bpf.LDB, protocolAt);
        if (filter.protocol().hasPorts()) {
            program.jump(Bpf.JEQ, filter.protocol().number(), addresses, perhapsError);
            program.bind(perhapsError);
        }
        program.jump(Bpf.JEQ, icmp(), addresses, drop);
        program.bind(addresses);
    }

    private int icmp() {
        return v4 ? Wire.IPPROTO_ICMP : Wire.IPPROTO_ICMPV6;
    }

    private void addresses(Label found) {
        int source = IP + (v4 ? 12 : 8);
        Label destination = new Label();
        List<int[]> wanted =
                filter.addresses().stream().map(FilterCompiler::words).toList();
        address(wanted, 0, source, found, destination);
        program.bind(destination);
        address(wanted, 0, source + filter.family().bytes(), found, drop);
    }

    /**
     * Whether the address at a place is one of {@code wanted}, which begin with the same words. What they share is asked
     * once: the addresses of one cluster have most of their words in common.
     */
    private void address(List<int[]> wanted, int word, int at, Label found, Label other) {
        program.add(Bpf.LD, at + 4 * word);
        Map<Integer, List<int[]>> byWord = new LinkedHashMap<>();
        for (int[] one : wanted) {
            byWord.computeIfAbsent(one[word], w -> new ArrayList<>()).add(one);
        }
        int left = byWord.size();
        for (Map.Entry<Integer, List<int[]>> group : byWord.entrySet()) {
            Label next = --left == 0 ? other : new Label();
            if (word + 1 == wanted.getFirst().length) {
                program.jump(Bpf.JEQ, group.getKey(), found, next);
            } else {
                Label deeper = new Label();
                program.jump(Bpf.JEQ, group.getKey(), deeper, next);
                program.bind(deeper);
                address(group.getValue(), word + 1, at, found, other);
            }
            if (left > 0) {
                program.bind(next);
            }
        }
    }

    private static int[] words(Ip address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.bytes());
        int[] words = new int[bytes.remaining() / 4];
        for (int i = 0; i < words.length; i++) {
            words[i] = bytes.getInt();
        }
        return words;
    }

    private void transport() {
        if (v4) {
            Label first = new Label();
            program.add(Bpf.LDH, IP + 6);
            program.jump(Bpf.JSET, FRAGMENT_OFFSET, drop, first);
            program.bind(first);
            program.add(Bpf.LDX_MSH, IP);
        }
        if (filter.protocol().hasPorts()) {
            ports();
        } else {
            echoes();
        }
    }

    /** Of what follows the IP header, at an offset. */
    private void load(int code, int indexed, int offset) {
        program.add(v4 ? indexed : code, (v4 ? IP : IP + 40) + offset);
    }

    private void ports() {
        Label ports = new Label();
        Label error = new Label();
        program.add(Bpf.LDB, protocolAt);
        program.jump(Bpf.JEQ, filter.protocol().number(), ports, error);
        program.bind(ports);
        Label destination = new Label();
        load(Bpf.LDH, Bpf.LDH_INDEXED, 0);
        anyOf(filter.ports(), accept, destination);
        program.bind(destination);
        load(Bpf.LDH, Bpf.LDH_INDEXED, 2);
        anyOf(filter.ports(), accept, drop);
        program.bind(error);
        load(Bpf.LDB, Bpf.LDB_INDEXED, 0);
        anyOf(filter.errorTypes(), accept, drop);
    }

    /** By the identifier where the client is at one end; behind a translation nobody knows it. */
    private void echoes() {
        Label error = new Label();
        Label echo = new Label();
        load(Bpf.LDB, Bpf.LDB_INDEXED, 0);
        anyOf(filter.echoTypes(), filter.ports().isEmpty() ? accept : echo, error);
        program.bind(error);
        anyOf(filter.errorTypes(), accept, drop);
        if (filter.ports().isEmpty()) {
            return;
        }
        program.bind(echo);
        Label other = new Label();
        load(Bpf.LDH, Bpf.LDH_INDEXED, 4);
        anyOf(filter.ports(), accept, other);
        program.bind(other);
        List<int[]> client = List.of(words(filter.client().orElseThrow()));
        int source = IP + (v4 ? 12 : 8);
        Label destination = new Label();
        address(client, 0, source, drop, destination);
        program.bind(destination);
        address(client, 0, source + filter.family().bytes(), drop, accept);
    }

    private void anyOf(List<Integer> numbers, Label found, Label otherwise) {
        for (int i = 0; i < numbers.size(); i++) {
            boolean last = i + 1 == numbers.size();
            Label next = last ? otherwise : new Label();
            program.jump(Bpf.JEQ, numbers.get(i), found, next);
            if (!last) {
                program.bind(next);
            }
        }
    }
}
