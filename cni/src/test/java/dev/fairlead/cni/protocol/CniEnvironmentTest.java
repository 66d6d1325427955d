package dev.fairlead.cni.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.ErrorCode;
import dev.fairlead.cni.Verb;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CniEnvironmentTest {
    private static final Map<String, String> ALL = Map.of(
            "CNI_CONTAINERID", "c1", "CNI_NETNS", "/run/netns/a", "CNI_IFNAME", "eth0", "CNI_PATH", "/opt/cni/bin:/b");

    /** What each verb can't do without, by the specification. */
    private static final Map<Verb, List<String>> REQUIRED = Map.of(
            Verb.ADD, List.of("CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME"),
            Verb.CHECK, List.of("CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME"),
            Verb.DEL, List.of("CNI_CONTAINERID", "CNI_IFNAME"),
            Verb.GC, List.of("CNI_PATH"),
            Verb.STATUS, List.of(),
            Verb.VERSION, List.of());

    @Test
    void eachVerbNeedsWhatTheSpecificationSaysAndNothingElse() {
        REQUIRED.forEach((verb, required) -> {
            assertThatCode(() -> new CniEnvironment(ALL).require(verb)).doesNotThrowAnyException();
            for (String variable : ALL.keySet()) {
                for (String instead : new String[] {null, ""}) {
                    Map<String, String> without = new HashMap<>(ALL);
                    without.remove(variable);
                    if (instead != null) {
                        without.put(variable, instead);
                    }
                    CniEnvironment environment = new CniEnvironment(without);
                    if (required.contains(variable)) {
                        assertInvalid(environment, verb, variable);
                    } else {
                        assertThatCode(() -> environment.require(verb))
                                .as(verb + " without " + variable)
                                .doesNotThrowAnyException();
                    }
                }
            }
        });
    }

    @Test
    void allMissingVariablesAreNamedAtOnce() {
        assertThatThrownBy(() -> new CniEnvironment(Map.of()).require(Verb.ADD))
                .hasMessage("ADD needs CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME in the environment, which are missing");
        assertThatThrownBy(() -> new CniEnvironment(Map.of()).require(Verb.GC))
                .hasMessage("GC needs CNI_PATH in the environment, which is missing");
    }

    @Test
    void invalidValuesNameTheirVariable() {
        for (String id : List.of("../../etc", "a b", "-x", "a;b", "a\nb")) {
            assertInvalid(with("CNI_CONTAINERID", id), Verb.ADD, "CNI_CONTAINERID");
            assertInvalid(with("CNI_CONTAINERID", id), Verb.DEL, "CNI_CONTAINERID");
        }
        for (String ifname : List.of("..", "eth0/1", "much-too-long-name", "eth 0")) {
            assertInvalid(with("CNI_IFNAME", ifname), Verb.CHECK, "CNI_IFNAME");
        }
        // GC and STATUS concern no container: whatever is left over in the environment is none of their business.
        assertThatCode(() -> with("CNI_CONTAINERID", "../..").require(Verb.GC)).doesNotThrowAnyException();
        assertThatCode(() -> with("CNI_IFNAME", "../..").require(Verb.STATUS)).doesNotThrowAnyException();
    }

    @Test
    void theVerbIsRead() {
        for (Verb verb : Verb.values()) {
            assertThat(new CniEnvironment(Map.of("CNI_COMMAND", verb.name())).verb())
                    .isEqualTo(verb);
        }
        for (String wrong : List.of("", "add", "ADD ", "UPDATE")) {
            assertThatThrownBy(() -> new CniEnvironment(Map.of("CNI_COMMAND", wrong)).verb())
                    .isInstanceOfSatisfying(
                            CniException.class,
                            e -> assertThat(e.is(ErrorCode.INVALID_ENVIRONMENT)).isTrue())
                    .hasMessageContaining("CNI_COMMAND");
        }
    }

    @Test
    void theRestIsRead() {
        CniEnvironment environment = new CniEnvironment(
                Map.of("CNI_PATH", "/a::/b:", "CNI_NETNS_OVERRIDE", "TRUE", "TRACEPARENT", "00-1-2-01"));
        assertThat(environment.path()).containsExactly("/a", "/b");
        assertThat(environment.netnsOverride()).isTrue();
        assertThat(environment.traceparent()).contains("00-1-2-01");
        assertThat(new CniEnvironment(Map.of("TRACEPARENT", "")).traceparent()).isEmpty();
        assertThat(new CniEnvironment(Map.of()).netnsOverride()).isFalse();
    }

    private static CniEnvironment with(String variable, String value) {
        Map<String, String> changed = new HashMap<>(ALL);
        changed.put(variable, value);
        return new CniEnvironment(changed);
    }

    private static void assertInvalid(CniEnvironment environment, Verb verb, String variable) {
        assertThatThrownBy(() -> environment.require(verb))
                .as(verb + " and " + variable)
                .isInstanceOfSatisfying(
                        CniException.class, e -> assertThat(e.code()).isEqualTo(4))
                .hasMessageContaining(variable);
    }
}
