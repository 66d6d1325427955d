package dev.fairlead.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.Btf;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Numbers and layouts that this package writes by hand, held against the running kernel's own description. */
class KernelLayoutTest {
    private static Btf kernel;

    @BeforeAll
    static void read() {
        kernel = Btf.ofThisKernel();
    }

    @Test
    void everyNumberIsTheKernels() throws IllegalAccessException {
        int compared = 0;
        for (Class<?> constants : List.of(Rtm.class, Ifla.class, Ifa.class, Rta.class, Nda.class)) {
            for (Field field : constants.getDeclaredFields()) {
                OptionalLong value = kernel.enumerator(field.getName());
                if (value.isPresent()) {
                    assertThat((long) field.getInt(null)).as(field.getName()).isEqualTo(value.getAsLong());
                    compared++;
                }
            }
        }
        // The kernel describes an enumeration only where its code uses one by type, so some numbers have no witness
        // here.
        assertThat(compared).isGreaterThan(120);
    }

    @Test
    void headersAreLaidOutAsTheKernelsAre() {
        assertLayout(
                "nlmsghdr",
                16,
                Map.of("nlmsg_len", 0, "nlmsg_type", 4, "nlmsg_flags", 6, "nlmsg_seq", 8, "nlmsg_pid", 12));
        assertLayout("nlattr", 4, Map.of("nla_len", 0, "nla_type", 2));
        assertLayout("sockaddr_nl", 12, Map.of("nl_family", 0, "nl_pid", 4, "nl_groups", 8));
        assertLayout(
                "ifinfomsg",
                Rtm.IFINFOMSG,
                Map.of("ifi_family", 0, "ifi_type", 2, "ifi_index", 4, "ifi_flags", 8, "ifi_change", 12));
        assertLayout(
                "ifaddrmsg",
                Rtm.IFADDRMSG,
                Map.of("ifa_family", 0, "ifa_prefixlen", 1, "ifa_flags", 2, "ifa_scope", 3, "ifa_index", 4));
        assertLayout(
                "rtmsg",
                Rtm.RTMSG,
                Map.of(
                        "rtm_family",
                        0,
                        "rtm_dst_len",
                        1,
                        "rtm_src_len",
                        2,
                        "rtm_tos",
                        3,
                        "rtm_table",
                        4,
                        "rtm_protocol",
                        5,
                        "rtm_scope",
                        6,
                        "rtm_type",
                        7,
                        "rtm_flags",
                        8));
        assertLayout(
                "ndmsg",
                Rtm.NDMSG,
                Map.of("ndm_family", 0, "ndm_ifindex", 4, "ndm_state", 8, "ndm_flags", 10, "ndm_type", 11));
        assertLayout("rtnexthop", 8, Map.of("rtnh_len", 0, "rtnh_flags", 2, "rtnh_hops", 3, "rtnh_ifindex", 4));
    }

    @Test
    void payloadsAreLaidOutAsTheKernelsAre() {
        assertLayout(
                "rtnl_link_stats64",
                kernel.struct("rtnl_link_stats64").size(),
                Map.of(
                        "rx_packets",
                        0,
                        "tx_packets",
                        8,
                        "rx_bytes",
                        16,
                        "tx_bytes",
                        24,
                        "rx_errors",
                        32,
                        "tx_errors",
                        40,
                        "rx_dropped",
                        48,
                        "tx_dropped",
                        56));
        assertLayout("rta_cacheinfo", 32, Map.of("rta_expires", 8, "rta_error", 12));
        assertLayout("ifa_cacheinfo", 16, Map.of("ifa_prefered", 0, "ifa_valid", 4));
        assertLayout("rtvia", 2, Map.of("rtvia_family", 0, "rtvia_addr", 2));
        assertLayout("pollfd", 8, Map.of("fd", 0, "events", 4, "revents", 6));
    }

    private static void assertLayout(String name, int size, Map<String, Integer> offsets) {
        Btf.Struct struct = kernel.struct(name);
        assertThat(struct.size()).as("sizeof(struct %s)", name).isEqualTo(size);
        assertThat(struct.offsets()).as("offsets in struct %s", name).containsAllEntriesOf(offsets);
    }
}
