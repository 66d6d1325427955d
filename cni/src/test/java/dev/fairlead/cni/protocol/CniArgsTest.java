package dev.fairlead.cni.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.cni.CniException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CniArgsTest {

    /** As containerd writes it. */
    @Test
    void readsTheArgumentsOfKubernetes() {
        String text = "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-0;"
                + "K8S_POD_INFRA_CONTAINER_ID=abc;K8S_POD_UID=28ce45bc";
        CniArgs args = CniArgs.of(text);
        assertThat(args.podNamespace()).isEqualTo("default");
        assertThat(args.podName()).isEqualTo("web-0");
        assertThat(args.podUid()).isEqualTo("28ce45bc");
        assertThat(args.ignoreUnknown()).isTrue();
        assertThat(args).hasToString(text);
    }

    @Test
    void emptyTextIsNoArguments() {
        assertThat(CniArgs.of("")).isEqualTo(CniArgs.NONE);
        assertThat(CniArgs.NONE.podName()).isEmpty();
        assertThat(CniArgs.NONE.ignoreUnknown()).isFalse();
    }

    @Test
    void valuesMayBeEmptyOrHaveAnEqualsSign() {
        assertThat(CniArgs.of("A=;B=c=d").values()).isEqualTo(Map.of("A", "", "B", "c=d"));
    }

    @Test
    void anythingElseIsCode4() {
        for (String wrong : List.of("A", "A=1;", ";A=1", "=1", "A=1;;B=2", ";")) {
            assertThatThrownBy(() -> CniArgs.of(wrong))
                    .as(wrong)
                    .isInstanceOfSatisfying(
                            CniException.class, e -> assertThat(e.code()).isEqualTo(4))
                    .hasMessageContaining("CNI_ARGS");
        }
    }
}
