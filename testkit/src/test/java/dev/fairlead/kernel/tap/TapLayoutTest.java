package dev.fairlead.kernel.tap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.Btf;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Layouts that this package writes by hand, held against the running kernel's own description. */
class TapLayoutTest {
    private final Btf kernel = Btf.ofThisKernel();

    @Test
    void structuresAreLaidOutAsTheKernelsAre() {
        assertLayout(
                "sockaddr_ll",
                PacketSocket.SOCKADDR_LL,
                Map.of(
                        "sll_family",
                        0,
                        "sll_protocol",
                        2,
                        "sll_ifindex",
                        4,
                        "sll_hatype",
                        8,
                        "sll_pkttype",
                        PacketRing.TYPE));
        assertLayout("sock_filter", BpfInstruction.BYTES, Map.of("code", 0, "jt", 2, "jf", 3, "k", 4));
        assertLayout("sock_fprog", 16, Map.of("len", 0, "filter", 8));
        assertLayout("tpacket_stats", 8, Map.of("tp_packets", 0, "tp_drops", 4));
        assertLayout(
                "tpacket_req", 16, Map.of("tp_block_size", 0, "tp_block_nr", 4, "tp_frame_size", 8, "tp_frame_nr", 12));
        assertLayout(
                "tpacket2_hdr",
                PacketRing.HEADER,
                Map.of(
                        "tp_status", 0,
                        "tp_len", PacketRing.LENGTH,
                        "tp_snaplen", PacketRing.CAUGHT,
                        "tp_mac", PacketRing.MAC,
                        "tp_sec", PacketRing.SECONDS,
                        "tp_nsec", PacketRing.NANOS));
    }

    private void assertLayout(String name, int size, Map<String, Integer> offsets) {
        Btf.Struct struct = kernel.struct(name);
        assertThat(struct.size()).as("sizeof(struct %s)", name).isEqualTo(size);
        assertThat(struct.offsets()).as("offsets in struct %s", name).containsAllEntriesOf(offsets);
    }
}
