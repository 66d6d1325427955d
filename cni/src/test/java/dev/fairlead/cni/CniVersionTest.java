package dev.fairlead.cni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CniVersionTest {

    @Test
    void ordersAsNumbersAndNotAsText() {
        List<CniVersion> versions = new ArrayList<>(List.of(
                CniVersion.of("0.10.0"),
                CniVersion.V1_1_0,
                CniVersion.V0_3_1,
                CniVersion.V0_4_0,
                CniVersion.V1_0_0,
                CniVersion.V0_3_0));
        Collections.shuffle(versions, new Random(1));
        Collections.sort(versions);
        assertThat(versions)
                .extracting(CniVersion::toString)
                .containsExactly("0.3.0", "0.3.1", "0.4.0", "0.10.0", "1.0.0", "1.1.0");
    }

    @Test
    void readsThreeNumbersAndNothingElse() {
        assertThat(CniVersion.of("1.1.0")).isEqualTo(CniVersion.V1_1_0);
        for (String wrong : List.of(
                "",
                "1",
                "1.1",
                "1.1.",
                ".1.1",
                "1.1.0.0",
                "v1.1.0",
                "1.1.0-dev",
                "1..0",
                " 1.1.0",
                "1.1.0 ",
                "1.1.-1",
                "1,1,0",
                "9999999.0.0",
                "१.१.०")) {
            assertThat(CniVersion.parse(wrong)).as(wrong).isEmpty();
        }
        assertThatThrownBy(() -> CniVersion.of("one"))
                .isInstanceOf(ConfigException.class)
                .hasMessage("cniVersion should be a version such as 1.1.0, is 'one'");
    }

    @Test
    void verbsCameWithTheirVersions() {
        assertThat(CniVersion.SUPPORTED)
                .filteredOn(v -> v.allows(Verb.CHECK))
                .containsExactly(CniVersion.V0_4_0, CniVersion.V1_0_0, CniVersion.V1_1_0);
        assertThat(CniVersion.SUPPORTED).filteredOn(v -> v.allows(Verb.GC)).containsExactly(CniVersion.V1_1_0);
        assertThat(CniVersion.SUPPORTED).filteredOn(v -> v.allows(Verb.STATUS)).containsExactly(CniVersion.V1_1_0);
        assertThat(CniVersion.SUPPORTED).allMatch(v -> v.allows(Verb.ADD) && v.allows(Verb.DEL));
    }

    @Test
    void oldAndNewOnesThatWeDoNotSpeakCanBeReadToo() {
        assertThat(CniVersion.of("0.2.0").isSupported()).isFalse();
        assertThat(CniVersion.of("2.0.0").isSupported()).isFalse();
        assertThat(CniVersion.of("2.0.0").atLeast(CniVersion.LATEST)).isTrue();
    }
}
