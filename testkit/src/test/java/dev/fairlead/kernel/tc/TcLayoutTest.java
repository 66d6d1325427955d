package dev.fairlead.kernel.tc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.Btf;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Numbers and layouts that this package writes by hand, held against the running kernel's own description. */
class TcLayoutTest {
    private final Btf kernel = Btf.ofThisKernel();

    @Test
    void everyNumberIsTheKernels() throws IllegalAccessException {
        int compared = 0;
        for (Field field : Tca.class.getDeclaredFields()) {
            OptionalLong value = kernel.enumerator(field.getName());
            if (value.isPresent()) {
                assertThat((long) field.getInt(null)).as(field.getName()).isEqualTo(value.getAsLong());
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(20);
    }

    @Test
    void structuresAreLaidOutAsTheKernelsAre() {
        assertLayout(
                "tcmsg",
                Tca.TCMSG,
                Map.of("tcm_family", 0, "tcm_ifindex", 4, "tcm_handle", 8, "tcm_parent", 12, "tcm_info", 16));
        assertLayout(
                "tc_ratespec",
                12,
                Map.of("cell_log", 0, "linklayer", 1, "overhead", 2, "cell_align", 4, "mpu", 6, "rate", 8));
        assertLayout("tc_tbf_qopt", Tbf.PARMS, Map.of("rate", 0, "peakrate", 12, "limit", 24, "buffer", 28, "mtu", 32));
        assertLayout("tc_u32_sel", U32.SELECTOR, Map.of("flags", 0, "offshift", 1, "nkeys", 2, "keys", 16));
        assertLayout("tc_u32_key", U32.KEY, Map.of("mask", 0, "val", 4, "off", 8, "offmask", 12));
        assertLayout(
                "tc_mirred",
                Mirred.PARMS,
                Map.of("index", 0, "capab", 4, "action", 8, "refcnt", 12, "bindcnt", 16, "eaction", 20, "ifindex", 24));
    }

    private void assertLayout(String name, int size, Map<String, Integer> offsets) {
        Btf.Struct struct = kernel.struct(name);
        assertThat(struct.size()).as("sizeof(struct %s)", name).isEqualTo(size);
        assertThat(struct.offsets()).as("offsets in struct %s", name).containsAllEntriesOf(offsets);
    }
}
