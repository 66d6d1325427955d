package dev.fairlead.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MacTest {

    @Test
    void randomAddressesReadBackFromTextAndBytes() {
        Random random = new Random(3);
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[6];
            random.nextBytes(bytes);
            Mac mac = Mac.of(bytes);
            String text = HexFormat.ofDelimiter(":").formatHex(bytes);
            assertThat(mac)
                    .hasToString(text)
                    .isEqualTo(Mac.of(text))
                    .isEqualTo(Mac.of(text.toUpperCase(java.util.Locale.ROOT)));
            assertThat(mac.bytes()).isEqualTo(bytes);
            assertThat(mac.isMulticast()).isEqualTo((bytes[0] & 1) == 1);
        }
        assertThat(new Mac(0x0a58_0af4_0105L)).hasToString("0a:58:0a:f4:01:05");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0a:58:0a:f4:01",
                "0a:58:0a:f4:01:05:06",
                "0a-58-0a-f4-01-05",
                "0a58.0af4.0105",
                "0a580af40105",
                "a:58:0a:f4:01:05",
                "0a:58:0a:f4:01:0g",
                "0a:58:0a:f4:01:05 ",
                " a:58:0a:f4:01:05",
                "0a:58:0a:f4:01:+5",
                "0a:58:0a:f4:010:5",
                "0a:58:0a:f4:01:0５"
            })
    void refusesOtherText(String text) {
        assertThat(Mac.parse(text)).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> Mac.of(text)).withMessageContaining("'" + text + "'");
    }

    @Test
    void refusesWhatIsNot48Bits() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Mac(1L << 48));
        assertThatIllegalArgumentException().isThrownBy(() -> new Mac(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> Mac.of(new byte[7]));
    }
}
