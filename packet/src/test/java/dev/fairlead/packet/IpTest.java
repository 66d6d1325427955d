package dev.fairlead.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpTest {
    private final Random random = new Random(20260101);

    @Test
    void randomAddressesReadBackFromTheirTextAndTheJdkReadsTheSame() throws UnknownHostException {
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = randomBytes();
            Ip ip = Ip.of(bytes);
            assertThat(Ip.of(ip.toString())).isEqualTo(ip).hasSameHashCodeAs(ip);
            assertThat(ip.bytes()).isEqualTo(bytes);
            boolean mapped =
                    ip.toString().startsWith("::ffff:") && ip.toString().indexOf('.') > 0;
            if (!mapped) { // the JDK turns IPv4-mapped addresses into IPv4
                assertThat(InetAddress.ofLiteral(ip.toString()).getAddress()).isEqualTo(bytes);
                assertThat(Ip.of(ip.toInetAddress())).isEqualTo(ip);
            }
        }
    }

    /** Texts near to addresses: whatever we take, the JDK's literal parser takes too, and reads the same bytes. */
    @Test
    void weNeverTakeWhatTheJdkRefuses() {
        int taken = 0;
        for (int i = 0; i < 200_000; i++) {
            String text = mutated(Ip.of(randomBytes()).toString());
            Optional<Ip> ours = Ip.parse(text);
            if (ours.isPresent()) {
                taken++;
                byte[] theirs = literal(text);
                assertThat(theirs).describedAs(text).isNotEmpty();
                byte[] bytes = ours.get().bytes();
                byte[] low =
                        theirs.length == bytes.length ? bytes : new byte[] {bytes[12], bytes[13], bytes[14], bytes[15]};
                assertThat(theirs).describedAs(text).isEqualTo(low);
            }
        }
        assertThat(taken).isBetween(20_000, 180_000);
    }

    /** Where no dotted quad is involved the parsers agree, but for groups of over four digits, which only the JDK takes. */
    @Test
    void weRefuseNoColonFormThatTheJdkTakes() {
        int taken = 0;
        for (int i = 0; i < 200_000; i++) {
            StringBuilder text = new StringBuilder(":");
            for (int n = random.nextInt(20); n > 0; n--) {
                text.insert(random.nextInt(text.length() + 1), random.nextInt(5) > 1 ? ":" : "a0");
            }
            boolean ours = Ip.parse(text.toString()).isPresent();
            boolean tooLong = Pattern.compile("[0-9a-f]{5}").matcher(text).find();
            assertThat(ours).describedAs(text.toString()).isEqualTo(!tooLong && literal(text.toString()).length > 0);
            taken += ours ? 1 : 0;
        }
        assertThat(taken).isGreaterThan(1_000);
    }

    @ParameterizedTest
    @CsvSource({
        // RFC 5952 section 4: leading zeros, lower case, longest run, first of equal runs, no single-group "::"
        "2001:0db8:0000:0000:0000:ff00:0042:8329, 2001:db8::ff00:42:8329",
        "2001:DB8::1, 2001:db8::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:db8::1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
        "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "1:0:0:0:0:0:0:0, 1::",
        "fe80:0:0:0:0:0:0:0, fe80::",
        "0:0:0:1:0:0:0:0, 0:0:0:1::",
        "::ffff:10.96.0.1, ::ffff:10.96.0.1",
        "::ffff:a60:1, ::ffff:10.96.0.1",
        "64:ff9b::10.96.0.1, 64:ff9b::a60:1",
        "1:2:3:4:5:6:7.8.9.10, 1:2:3:4:5:6:708:90a",
        "0.0.0.0, 0.0.0.0",
        "255.255.255.255, 255.255.255.255",
    })
    void printsTheCanonicalForm(String given, String canonical) {
        assertThat(Ip.of(given)).hasToString(canonical);
        assertThat(Ip.of(canonical)).isEqualTo(Ip.of(given));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ".",
                "...",
                "1",
                "1.2.3",
                "1.2.3.",
                ".1.2.3",
                "1.2.3.4.",
                "1.2.3.4.5",
                "1..2.3",
                "010.1.2.3",
                "1.2.3.00",
                "1.2.3.256",
                "1.2.3.1000",
                "1.2.3.4294967297",
                "-1.2.3.4",
                "+1.2.3.4",
                "0x1.2.3.4",
                "1.2.3.4 ",
                " 1.2.3.4",
                "1.2.3.4/24",
                "1.2.3.4\n",
                "١.2.3.4",
                "localhost",
                ":",
                ":::",
                "1:::2",
                "::1::",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "::1:2:3:4:5:6:7:8",
                "1:2:3:4::5:6:7:8",
                ":1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:",
                "12345::",
                "::g",
                "::-1",
                "::１",
                "fe80::1%eth0",
                "fe80::1%1",
                "[::1]",
                "::1/64",
                "::1.2.3",
                "::1.2.3.04",
                "::1.2.3.4:5",
                "1.2.3.4::",
                "1:2:3:4:5:6:7:1.2.3.4",
                "1:2:3:4:5:6::1.2.3.4",
            })
    void refusesWhatIsNotAnAddress(String text) {
        assertThat(Ip.parse(text)).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> Ip.of(text)).withMessageContaining("'" + text + "'");
    }

    @Test
    void ordersByFamilyThenAsUnsignedNumber() {
        for (int i = 0; i < 10_000; i++) {
            Ip a = Ip.of(randomBytes());
            Ip b = Ip.of(randomBytes());
            int expected = a.family() == b.family() ? a.number().compareTo(b.number()) : a.isIpv4() ? -1 : 1;
            assertThat(Integer.signum(a.compareTo(b))).isEqualTo(expected);
        }
    }

    @Test
    void countsOnAndBackAndStopsAtTheEnds() {
        assertThat(Ip.of("10.244.0.255").plus(1)).isEqualTo(Ip.of("10.244.1.0"));
        assertThat(Ip.of("0.0.0.0").plus(0xffff_ffffL)).isEqualTo(Ip.of("255.255.255.255"));
        assertThat(Ip.of("::").plus(-0L)).isEqualTo(Ip.of("::"));
        assertThat(Ip.of("fd00::ffff:ffff:ffff:ffff").plus(1)).isEqualTo(Ip.of("fd00:0:0:1::"));
        assertThat(Ip.of(Family.IPV6, BigInteger.ONE.shiftLeft(128).subtract(BigInteger.ONE)))
                .isEqualTo(Ip.of("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
        assertThatThrownBy(() -> Ip.of("255.255.255.255").plus(1)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Ip.of("::").plus(-1)).isInstanceOf(ArithmeticException.class);
        for (int i = 0; i < 5_000; i++) {
            Ip ip = Ip.of(randomBytes());
            long step = random.nextInt(1_000_000);
            if (ip.number().add(BigInteger.valueOf(step)).bitLength()
                    <= ip.family().bits()) {
                assertThat(ip.plus(step).plus(-step)).isEqualTo(ip);
                assertThat(ip.plus(step).number()).isEqualTo(ip.number().add(BigInteger.valueOf(step)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"127.0.0.1", "127.255.0.9", "::1", "10.0.0.1", "::2", "128.0.0.1", "224.0.0.1", "239.1.2.3"})
    void kindsAreTheJdks(String text) {
        kindsAgree(Ip.of(text));
    }

    @Test
    void kindsOfRandomAddressesAreTheJdks() {
        for (int i = 0; i < 10_000; i++) {
            kindsAgree(Ip.of(randomBytes()));
        }
        for (String text :
                new String[] {"169.254.1.1", "169.253.1.1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "::", "0.0.0.0"
                }) {
            kindsAgree(Ip.of(text));
        }
    }

    private static void kindsAgree(Ip ip) {
        InetAddress jdk = ip.toInetAddress();
        boolean sameFamily = ip.isIpv4() ? jdk instanceof Inet4Address : jdk instanceof Inet6Address;
        if (sameFamily) {
            assertThat(ip.isLoopback()).describedAs("%s", ip).isEqualTo(jdk.isLoopbackAddress());
            assertThat(ip.isMulticast()).describedAs("%s", ip).isEqualTo(jdk.isMulticastAddress());
            assertThat(ip.isLinkLocal()).describedAs("%s", ip).isEqualTo(jdk.isLinkLocalAddress());
            assertThat(ip.isUnspecified()).describedAs("%s", ip).isEqualTo(jdk.isAnyLocalAddress());
        }
    }

    @Test
    void bytesAreCopiedBothWays() {
        byte[] given = {10, 0, 0, 1};
        Ip ip = Ip.of(given);
        given[0] = 11;
        ip.bytes()[0] = 12;
        assertThat(ip).hasToString("10.0.0.1");
        assertThatIllegalArgumentException().isThrownBy(() -> Ip.of(new byte[5]));
    }

    private byte[] randomBytes() {
        byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
        random.nextBytes(bytes);
        for (int i = 0; i < bytes.length; i++) { // runs of zeros and ones are what the text forms are about
            bytes[i] = switch (random.nextInt(4)) {
                case 0 -> bytes[i];
                case 1 -> (byte) random.nextInt(2);
                case 2 -> (byte) (random.nextInt(8) == 0 ? 0xff : 0);
                default -> 0;
            };
        }
        return bytes;
    }

    private String mutated(String text) {
        StringBuilder changed = new StringBuilder(text);
        String alphabet = "0123456789abcdefABCDEF:.:.:. %x";
        for (int n = random.nextInt(3); n > 0 && !changed.isEmpty(); n--) {
            int at = random.nextInt(changed.length());
            char c = alphabet.charAt(random.nextInt(alphabet.length()));
            switch (random.nextInt(3)) {
                case 0 -> changed.insert(at, c);
                case 1 -> changed.setCharAt(at, c);
                default -> changed.deleteCharAt(at);
            }
        }
        return changed.toString();
    }

    private static byte[] literal(String text) {
        try {
            return InetAddress.ofLiteral(text).getAddress();
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }
}
