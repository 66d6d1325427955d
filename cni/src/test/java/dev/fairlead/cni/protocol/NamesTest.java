package dev.fairlead.cni.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "0", "dbnet", "k8s-pod-network", "A.b_c-9", "a.."})
    void goodIdentifiers(String name) {
        assertThat(Names.problemOfIdentifier(name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "-a", "_a", "a/b", "../x", "a b", "a\n", "é", "a\u0000", "a;b", "a%b"})
    void badIdentifiers(String name) {
        assertThat(Names.problemOfIdentifier(name)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"eth0", "e", "net1.100", "a-b_c", "123456789012345", "é", "..."})
    void goodInterfaces(String name) {
        assertThat(Names.problemOfInterface(name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "eth0:1",
                "a/b",
                "a b",
                "a\tb",
                "a\u00a0b",
                "a\u2028b",
                "1234567890123456",
                "éééééééé",
                "eth%d",
                "a\u0000"
            })
    void badInterfaces(String name) {
        assertThat(Names.problemOfInterface(name)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "/bin/sh", "a\\b", "..", ".", "x\u0000"})
    void badTypes(String type) {
        assertThat(Names.problemOfType(type)).isPresent();
        assertThat(Names.problemOfType("host-local")).isEmpty();
    }
}
