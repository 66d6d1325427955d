package dev.fairlead.kernel.btf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.btf.KernelTypes.Member;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * A description of a few types, laid out by hand as {@code Documentation/bpf/btf.rst} has it.
 *
 * <pre>
 * 1 int    2 const int    3 typedef 2: word
 * 4 struct inner { int pad; word number; };           number at 4
 * 5 union { struct inner in; int other; };            anonymous
 * 6 struct outer { int first; &lt;5&gt;; struct inner last; };   at 0, 8, 24
 * 7 enum reasons { R_ONE = 1, R_TWO = 7 };
 * 8 func_proto (void *, a, b, c)   9 pointer to 8   10 typedef 9: btf_trace_gone
 * </pre>
 */
class KernelTypesTest {
    private static final String NAMES =
            "\0int\0word\0inner\0pad\0number\0in\0other\0outer\0first\0last\0reasons\0R_ONE\0R_TWO"
                    + "\0btf_trace_gone\0";

    private static final int INT = 1,
            PTR = 2,
            STRUCT = 4,
            UNION = 5,
            ENUM = 6,
            TYPEDEF = 8,
            CONST = 10,
            FUNC_PROTO = 13;

    private final ByteBuffer types = ByteBuffer.allocate(1000).order(ByteOrder.nativeOrder());

    private static int name(String name) {
        int at = NAMES.indexOf("\0" + name + "\0");
        assertThat(at).isNotNegative();
        return at + 1;
    }

    private void type(int name, int kind, int length, int sizeOrType) {
        types.putInt(name).putInt(kind << 24 | length).putInt(sizeOrType);
    }

    private void member(int name, int type, int byteOffset) {
        types.putInt(name).putInt(type).putInt(byteOffset * 8);
    }

    private byte[] description() {
        type(name("int"), INT, 0, 4);
        types.putInt(32);
        type(0, CONST, 0, 1);
        type(name("word"), TYPEDEF, 0, 2);
        type(name("inner"), STRUCT, 2, 8);
        member(name("pad"), 1, 0);
        member(name("number"), 3, 4);
        type(0, UNION, 2, 8);
        member(name("in"), 4, 0);
        member(name("other"), 1, 0);
        type(name("outer"), STRUCT, 3, 32);
        member(name("first"), 1, 0);
        member(0, 5, 8);
        member(name("last"), 4, 24);
        type(name("reasons"), ENUM, 2, 4);
        types.putInt(name("R_ONE")).putInt(1).putInt(name("R_TWO")).putInt(7);
        type(0, FUNC_PROTO, 4, 0);
        types.put(new byte[4 * 8]);
        type(0, PTR, 0, 8);
        type(name("btf_trace_gone"), TYPEDEF, 0, 9);
        byte[] names = NAMES.getBytes(StandardCharsets.US_ASCII);
        int length = types.flip().remaining();
        return ByteBuffer.allocate(24 + length + names.length)
                .order(ByteOrder.nativeOrder())
                .putShort((short) 0xeb9f)
                .putShort((short) 1)
                .putInt(24)
                .putInt(0)
                .putInt(length)
                .putInt(length)
                .putInt(names.length)
                .put(types)
                .put(names)
                .array();
    }

    @Test
    void membersAreFoundWhereTheyAre() {
        KernelTypes kernel = KernelTypes.of(description());
        assertThat(kernel.offset("outer.first")).isZero();
        assertThat(kernel.offset("outer.other")).as("of an anonymous union").isEqualTo(8);
        assertThat(kernel.offset("outer.in.number")).isEqualTo(12);
        assertThat(kernel.offset("outer.last.number")).isEqualTo(28);
        assertThat(kernel.structure("outer").size()).isEqualTo(32);
        assertThat(kernel.structure("outer").members())
                .isEqualTo(Map.of(
                        "first", new Member(0, 4),
                        "in", new Member(8, 8),
                        "other", new Member(8, 4),
                        "last", new Member(24, 8)));
        assertThat(kernel.structure("inner").members()).containsEntry("number", new Member(4, 4));
        assertThat(kernel.enumerators()).isEqualTo(Map.of("R_ONE", 1, "R_TWO", 7));
        assertThat(kernel.enumeration("reasons")).isEqualTo(Map.of(1, "R_ONE", 7, "R_TWO"));
        assertThat(kernel.arguments("gone")).isEqualTo(3);
        assertThat(kernel.arguments("come")).isZero();
        assertThatThrownBy(() -> kernel.offset("outer.second"))
                .isInstanceOf(DecodeException.class)
                .hasMessage("this kernel describes no outer.second in /sys/kernel/btf/vmlinux");
        assertThatThrownBy(() -> kernel.enumeration("outer")).isInstanceOf(DecodeException.class);
    }

    /** Cut short, or with bits turned: what can still be read is read, all else is one kind of failure. */
    @Test
    void damage() {
        byte[] whole = description();
        SplittableRandom random = new SplittableRandom(23);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] damaged = Arrays.copyOf(whole, round % 2 == 0 ? whole.length : random.nextInt(whole.length));
            for (int i = random.nextInt(4); i >= 0 && damaged.length > 0; i--) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                KernelTypes types = KernelTypes.of(damaged);
                int unused = types.offset("outer.last.number")
                        + types.offset("outer.in.number")
                        + types.enumeration("reasons").size()
                        + types.structure("outer").size()
                        + types.enumerators().size()
                        + types.arguments("gone");
            } catch (DecodeException e) {
                refused++;
            }
        }
        assertThat(refused).as("damage that was noticed").isGreaterThan(10_000);
    }
}
