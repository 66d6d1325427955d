package dev.fairlead.kernel.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The attribute format: length, type, payload, padded to four bytes. Hex is little-endian, as x86-64 and aarch64 are. */
class WireTest {

    private static String hex(Encoder encoder) {
        return HexFormat.ofDelimiter(" ").formatHex(encoder.toBytes());
    }

    @Test
    void attributesArePaddedButTheirLengthIsNot() {
        assertThat(hex(new Encoder().attributeU8(1, 0xab))).isEqualTo("05 00 01 00 ab 00 00 00");
        assertThat(hex(new Encoder().attributeU16(2, 0x1234))).isEqualTo("06 00 02 00 34 12 00 00");
        assertThat(hex(new Encoder().attributeU32(3, 0xfedcba98L))).isEqualTo("08 00 03 00 98 ba dc fe");
        assertThat(hex(new Encoder().attributeU64(4, 1))).isEqualTo("0c 00 04 00 01 00 00 00 00 00 00 00");
        assertThat(hex(new Encoder().attributeString(5, "lo"))).isEqualTo("07 00 05 00 6c 6f 00 00");
        assertThat(hex(new Encoder().flag(6))).isEqualTo("04 00 06 00");
    }

    @Test
    void bigEndianIsSaidByTheName() {
        assertThat(hex(new Encoder().attributeBe16(1, 0x1234))).isEqualTo("06 00 01 00 12 34 00 00");
        assertThat(hex(new Encoder().attributeBe32(1, 0x12345678))).isEqualTo("08 00 01 00 12 34 56 78");
        assertThat(hex(new Encoder().attributeBe64(1, 2))).isEqualTo("0c 00 01 00 00 00 00 00 00 00 00 02");
        assertThat(hex(new Encoder().be16(0x1234))).isEqualTo("12 34");
    }

    @Test
    void nestsHaveTheFlagAndTheLengthOfWhatTheyHold() {
        Encoder encoder =
                new Encoder().nested(7, inner -> inner.attributeU8(1, 2).attributeU8(3, 4));
        assertThat(hex(encoder)).isEqualTo("14 00 07 80 05 00 01 00 02 00 00 00 05 00 03 00 04 00 00 00");
        Attribute nest = Attributes.parse(encoder.toBytes(), 0).require(7, "the nest");
        assertThat(nest.rawType()).isEqualTo(0x8007);
        assertThat(nest.nested().require(3, "the second").u8()).isEqualTo(4);
    }

    @Test
    void whatIsWrittenIsRead() {
        byte[] bytes = new Encoder()
                .zeros(4)
                .attributeU32(1, 0xffffffffL)
                .attributeIp(2, Ip.of("fd00::1"))
                .attributeMac(3, Mac.of("02:00:00:00:00:01"))
                .attributeString(4, "höhe")
                .attributeU8(4, 9)
                .toBytes();
        Attributes attributes = Attributes.parse(bytes, 4);
        assertThat(attributes.size()).isEqualTo(5);
        assertThat(attributes.require(1, "1").u32()).isEqualTo(0xffffffffL);
        assertThat(attributes.require(1, "1").s32()).isEqualTo(-1);
        assertThat(attributes.require(2, "2").ip()).isEqualTo(Ip.of("fd00::1"));
        assertThat(attributes.require(3, "3").mac()).isEqualTo(Mac.of("02:00:00:00:00:01"));
        assertThat(attributes.require(4, "4").u8())
                .as("the last of a type counts")
                .isEqualTo(9);
        assertThat(attributes.iterator().next().type()).isEqualTo(1);
        assertThat(attributes.find(5)).isEmpty();
        assertThatThrownBy(() -> attributes.require(5, "the fifth"))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("the fifth");
    }

    @Test
    void attributesAreEqualWhenAllOfThemIs() {
        List<Attribute> read = List.of(
                Attributes.parse(new Encoder().attributeU8(1, 2).toBytes(), 0).require(1, "1"),
                Attributes.parse(new Encoder().attributeU8(1, 3).toBytes(), 0).require(1, "1"),
                Attributes.parse(new Encoder().attributeU8(0x8001, 2).toBytes(), 0)
                        .require(1, "1"));
        assertThat(read).doesNotHaveDuplicates();
        byte[] copied = new Encoder().copy(read.get(2)).toBytes();
        assertThat(Attributes.parse(copied, 0).require(1, "1"))
                .isEqualTo(read.get(2))
                .hasSameHashCodeAs(read.get(2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "03000100", // shorter than its own header
                "0900010000000000", // longer than what is left
                "0400010003000100"
            })
    void lengthsThatDontAddUp(String hex) {
        assertThatThrownBy(() -> Attributes.parse(HexFormat.of().parseHex(hex), 0))
                .isInstanceOf(DecodeException.class);
    }

    @Test
    void payloadsThatAreTooShort() {
        Attribute one =
                Attributes.parse(new Encoder().attributeU8(1, 2).toBytes(), 0).require(1, "1");
        assertThatThrownBy(one::u16).isInstanceOf(DecodeException.class);
        assertThatThrownBy(one::u32).isInstanceOf(DecodeException.class);
        assertThatThrownBy(one::u64).isInstanceOf(DecodeException.class);
        assertThatThrownBy(one::be16).isInstanceOf(DecodeException.class);
        assertThatThrownBy(one::be32).isInstanceOf(DecodeException.class);
        assertThatThrownBy(one::be64).isInstanceOf(DecodeException.class);
        assertThatThrownBy(one::ip).isInstanceOf(DecodeException.class);
        assertThatThrownBy(one::mac).isInstanceOf(DecodeException.class);
        assertThat(one.nested().size()).as("fewer than four bytes are padding").isZero();
    }

    @Test
    void anAttributeHoldsAtMost65531Bytes() {
        assertThatThrownBy(() -> new Encoder().attribute(1, new byte[65_532]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Encoder().nested(1, inner -> inner.bytes(new byte[65_532])))
                .isInstanceOf(IllegalArgumentException.class);
        byte[] largest = new Encoder().attribute(1, new byte[65_531]).toBytes();
        assertThat(Attributes.parse(largest, 0).require(1, "1").length()).isEqualTo(65_531);
    }

    @Test
    void aDatagramIsCutIntoItsMessages() {
        String first = "14000000 1000 0200 01000000 00000000 11223344".replace(" ", "");
        String second = "11000000 0300 0200 02000000 00000000 55".replace(" ", "");
        List<Message> messages = Message.split(HexFormat.of().parseHex(first + second + "000000"));
        assertThat(messages).hasSize(2);
        assertThat(messages.get(0).type()).isEqualTo(16);
        assertThat(messages.get(0).flags()).isEqualTo(2);
        assertThat(messages.get(0).sequence()).isEqualTo(1);
        assertThat(messages.get(0).body()).containsExactly(0x11, 0x22, 0x33, 0x44);
        assertThat(messages.get(1).body()).containsExactly(0x55);
        assertThat(Message.split(new byte[0])).isEmpty();
    }
}
