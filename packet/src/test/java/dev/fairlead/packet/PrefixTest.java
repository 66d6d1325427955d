package dev.fairlead.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrefixTest {

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0/0, 0.0.0.0, 255.255.255.255",
        "10.244.1.5/24, 10.244.1.0, 10.244.1.255",
        "10.244.1.5/23, 10.244.0.0, 10.244.1.255",
        "10.244.1.5/31, 10.244.1.4, 10.244.1.5",
        "10.244.1.5/32, 10.244.1.5, 10.244.1.5",
        "255.255.255.255/1, 128.0.0.0, 255.255.255.255",
        "::/0, ::, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fd00::5/64, fd00::, fd00::ffff:ffff:ffff:ffff",
        "fd00::5/65, fd00::, fd00::7fff:ffff:ffff:ffff",
        "fd00::5/127, fd00::4, fd00::5",
        "fd00::5/128, fd00::5, fd00::5",
    })
    void firstAndLastAddress(String text, String first, String last) {
        Prefix prefix = Prefix.of(text);
        assertThat(prefix).hasToString(text);
        assertThat(prefix.first()).hasToString(first);
        assertThat(prefix.last()).hasToString(last);
        assertThat(prefix.network()).hasToString(first + "/" + prefix.length());
        assertThat(prefix.network().isNetwork()).isTrue();
        assertThat(prefix.isNetwork()).isEqualTo(prefix.address().equals(prefix.first()));
        assertThat(prefix.contains(prefix.first())).isTrue();
        assertThat(prefix.contains(prefix.last())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.0",
                "10.0.0.0/",
                "/24",
                "10.0.0.0/33",
                "::/129",
                "10.0.0.0/024",
                "10.0.0.0/-1",
                "10.0.0.0/+8",
                "10.0.0.0/8/8",
                "10.0/8",
                "10.0.0.0/8 ",
                "10.0.0.0/255.0.0.0",
                "::1%1/64",
                "::/1000",
                ""
            })
    void refusesWhatIsNotAPrefix(String text) {
        assertThat(Prefix.parse(text)).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> Prefix.of(text)).withMessageContaining("'" + text + "'");
    }

    @Test
    void containsIsTheArithmeticOnNumbers() {
        Random random = new Random(7);
        int inside = 0;
        for (int i = 0; i < 50_000; i++) {
            Prefix prefix = random(random);
            Ip ip = near(prefix, random);
            int host = prefix.family().bits() - prefix.length();
            boolean expected = ip.number()
                    .shiftRight(host)
                    .equals(prefix.address().number().shiftRight(host));
            assertThat(prefix.contains(ip)).describedAs("%s in %s", ip, prefix).isEqualTo(expected);
            assertThat(ip.compareTo(prefix.first()) >= 0 && ip.compareTo(prefix.last()) <= 0)
                    .isEqualTo(expected);
            inside += expected ? 1 : 0;
        }
        assertThat(inside).isBetween(10_000, 45_000);
    }

    @Test
    void overlapsIsSharingAnAddress() {
        Random random = new Random(8);
        int overlapping = 0;
        for (int i = 0; i < 50_000; i++) {
            Prefix a = random(random);
            Prefix b = new Prefix(near(a, random), random.nextInt(a.family().bits() + 1));
            boolean expected = a.first().compareTo(b.last()) <= 0 && b.first().compareTo(a.last()) <= 0;
            assertThat(a.overlaps(b)).describedAs("%s and %s", a, b).isEqualTo(expected);
            assertThat(b.overlaps(a)).isEqualTo(expected);
            overlapping += expected ? 1 : 0;
        }
        assertThat(overlapping).isBetween(5_000, 45_000);
    }

    @Test
    void familiesNeverMix() {
        assertThat(Prefix.of("0.0.0.0/0").contains(Ip.of("::"))).isFalse();
        assertThat(Prefix.of("::/0").contains(Ip.of("0.0.0.0"))).isFalse();
        assertThat(Prefix.of("::/0").contains(Ip.of("::ffff:1.2.3.4"))).isTrue();
        assertThat(Prefix.of("::/0").overlaps(Prefix.of("0.0.0.0/0"))).isFalse();
        assertThat(Prefix.of("0.0.0.0/0").overlaps(Prefix.of("::/0"))).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> new Prefix(Ip.of("10.0.0.0"), 33));
    }

    @Test
    void ordersByAddressThenLength() {
        assertThat(new Prefix[] {
                    Prefix.of("fd00::/64"), Prefix.of("10.0.0.0/16"), Prefix.of("10.0.0.0/8"), Prefix.of("9.0.0.0/24")
                })
                .satisfies(prefixes -> {
                    java.util.Arrays.sort(prefixes);
                    assertThat(prefixes)
                            .extracting(Prefix::toString)
                            .containsExactly("9.0.0.0/24", "10.0.0.0/8", "10.0.0.0/16", "fd00::/64");
                });
    }

    private static Prefix random(Random random) {
        byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
        random.nextBytes(bytes);
        Ip ip = Ip.of(bytes);
        return new Prefix(ip, random.nextInt(ip.family().bits() + 1));
    }

    /** An address that differs from the prefix's in one random bit, or in none. */
    private static Ip near(Prefix prefix, Random random) {
        int bit = random.nextInt(prefix.family().bits() + 1);
        BigInteger number = prefix.address().number();
        return Ip.of(prefix.family(), bit == prefix.family().bits() ? number : number.flipBit(bit));
    }
}
