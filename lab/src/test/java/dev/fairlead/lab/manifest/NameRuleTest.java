package dev.fairlead.lab.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cases from the tests of {@code k8s.io/apimachinery/pkg/util/validation}. */
class NameRuleTest {

    @ParameterizedTest
    @CsvSource({
        "LABEL, a, true",
        "LABEL, a1-b, true",
        "LABEL, 01, true",
        "LABEL, A, false",
        "LABEL, a., false",
        "LABEL, -a, false",
        "LABEL, a-, false",
        "LABEL, a_b, false",
        "LABEL, '', false",
        "LABEL, ä, false",
        "LABEL_1035, a1, true",
        "LABEL_1035, 1a, false",
        "LABEL_1035, a--1, true",
        "SUBDOMAIN, a.b.c, true",
        "SUBDOMAIN, 0.0, true",
        "SUBDOMAIN, a..b, false",
        "SUBDOMAIN, .a, false",
        "SUBDOMAIN, a., false",
        "SUBDOMAIN, a.-b, false",
        "SUBDOMAIN, A.a, false",
        "SUBDOMAIN, '', false",
        "PORT_NAME, http, true",
        "PORT_NAME, a1, true",
        "PORT_NAME, 1-a, true",
        "PORT_NAME, 80, false",
        "PORT_NAME, a--b, false",
        "PORT_NAME, exactly-15-long, true",
        "PORT_NAME, sixteen-long-abc, false",
        "LABEL_KEY, app, true",
        "LABEL_KEY, k8s.io/App_1, true",
        "LABEL_KEY, a/b/c, false",
        "LABEL_KEY, /b, false",
        "LABEL_KEY, a/, false",
        "LABEL_KEY, K8S.io/a, false",
        "LABEL_KEY, -a, false",
        "LABEL_KEY, '', false",
        "LABEL_VALUE, '', true",
        "LABEL_VALUE, 1.0_a-B, true",
        "LABEL_VALUE, a b, false",
        "LABEL_VALUE, a., false",
        "VARIABLE, A.B-c d, true",
        "VARIABLE, a=b, false",
        "VARIABLE, '', false",
        "VARIABLE, é, false"
    })
    void asKubernetesHasIt(NameRule rule, String text, boolean allowed) {
        assertThat(rule.allows(text)).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({"LABEL, 63", "LABEL_1035, 63", "SUBDOMAIN, 253", "PORT_NAME, 15", "LABEL_KEY, 63", "LABEL_VALUE, 63"})
    void longest(NameRule rule, int length) {
        assertThat(rule.allows("a".repeat(length))).isTrue();
        assertThat(rule.allows("a".repeat(length + 1))).isFalse();
    }
}
