package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VaryingTest {
    private static void assertSame(String one, String other) {
        assertThat(Varying.without(one)).isEqualTo(Varying.without(other));
    }

    private static void assertOther(String one, String other) {
        assertThat(Varying.without(one)).isNotEqualTo(Varying.without(other));
    }

    @Test
    void namesAreOnlyToldApart() {
        assertSame("veth0123456789 veth0123456789", "vethabcdefabcd vethabcdefabcd");
        assertOther("veth0123456789 veth0123456789", "veth0123456789 vethabcdefabcd");
        assertSame("10.244.1.2:41234 → sport=41234", "10.244.1.2:50000 → sport=50000");
        assertOther("10.244.1.2:41234 → sport=41234", "10.244.1.2:50000 → sport=50001");
        assertSame("eth0@if4\n4: veth0123456789@if2:", "eth0@if5\n5: veth0123456789@if2:");
        assertOther("eth0@if4\n4: veth0123456789@if2:", "eth0@if4\n5: veth0123456789@if2:");
    }

    @Test
    void measuresAreNotCompared() {
        assertSame("  0.017   pod client  eth0", "  12.017  pod client  eth0");
        assertSame("TCP,  answered in 0.41 ms", "TCP,   answered in 10.41 ms");
        assertSame("tcp      6 118 TIME_WAIT packets=6 bytes=395", "tcp      6 9 TIME_WAIT packets=7 bytes=447");
        assertSame("10.244.1.2  5035   shell=host", "10.244.1.2  110   shell=host");
    }

    @Test
    void whatTheDocumentTellsIs() {
        assertOther("10.244.1.2:8080", "10.244.1.2:8081");
        assertOther("10.244.1.2", "10.244.1.3");
        assertOther("dev veth0123456789 master fl0", "dev veth0123456789 master fl1");
        assertOther("no answer in 300 ms", "no answer in 200 ms");
        assertOther("default via 10.244.1.1", "  default via 10.244.1.1");
    }
}
