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
                Map.of("sll_family", 0, "sll_protocol", 2, "sll_ifindex", 4, "sll_hatype", 8, "sll_pkttype", 10));
        assertLayout("sock_filter", BpfInstruction.BYTES, Map.of("code", 0, "jt", 2, "jf", 3, "k", 4));
        assertLayout("sock_fprog", 16, Map.of("len", 0, "filter", 8));
        assertLayout("tpacket_stats", 8, Map.of("tp_packets", 0, "tp_drops", 4));
        assertLayout("tpacket_auxdata", 20, Map.of("tp_status", 0, "tp_len", 4, "tp_snaplen", 8));
        assertLayout(
                "user_msghdr",
                PacketBuffer.MSGHDR,
                Map.of(
                        "msg_name", 0,
                        "msg_namelen", 8,
                        "msg_iov", 16,
                        "msg_iovlen", 24,
                        "msg_control", 32,
                        "msg_controllen", 40,
                        "msg_flags", 48));
        assertLayout("cmsghdr", PacketBuffer.CMSGHDR, Map.of("cmsg_len", 0, "cmsg_level", 8, "cmsg_type", 12));
        assertLayout("iovec", 16, Map.of("iov_base", 0, "iov_len", 8));
    }

    private void assertLayout(String name, int size, Map<String, Integer> offsets) {
        Btf.Struct struct = kernel.struct(name);
        assertThat(struct.size()).as("sizeof(struct %s)", name).isEqualTo(size);
        assertThat(struct.offsets()).as("offsets in struct %s", name).containsAllEntriesOf(offsets);
    }
}
