package dev.fairlead.kernel.drops;

import dev.fairlead.kernel.DecodeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The running kernel's description of its own types, {@code Documentation/bpf/btf.rst}: where members are in a structure, and what an
 * enumeration's numbers are called. Confined to one thread; some megabytes, to be forgotten when all has been asked.
 *
 * <pre>
 * struct btf_header { __u16 magic; __u8 version, flags; __u32 hdr_len, type_off, type_len, str_off, str_len; };
 * struct btf_type { __u32 name_off; __u32 info; union { __u32 size; __u32 type; }; };
 * struct btf_member { __u32 name_off, type, offset; };      struct btf_enum { __u32 name_off; __s32 val; };
 * </pre>
 */
final class KernelTypes {
    static final Path FILE = Path.of("/sys/kernel/btf/vmlinux");

    private static final int MAGIC = 0xeb9f;
    private static final int TYPE = 12;
    private static final int MEMBER = 12;
    private static final int ENUMERATOR = 8;

    /** How many names or anonymous structures one thing has, at most: a damaged description may go in a circle. */
    private static final int MOST_NAMES = 64;

    /** {@code BTF_KIND_*}. */
    private static final int INT = 1, ARRAY = 3, STRUCT = 4, UNION = 5, ENUM = 6, TYPEDEF = 8;

    private static final int VOLATILE = 9, CONST = 10, FUNC_PROTO = 13, VAR = 14, DATASEC = 15;
    private static final int DECL_TAG = 17, TYPE_TAG = 18, ENUM64 = 19;

    private final ByteBuffer bytes;
    private final int strings;
    /** Where each type's description begins, by its id; id 0 is void. */
    private final int[] types;

    private KernelTypes(ByteBuffer bytes) {
        this.bytes = bytes;
        if ((word(0) & 0xffff) != MAGIC) {
            throw new DecodeException(FILE + " doesn't begin as a description of types does");
        }
        int header = word(4);
        int start = header + word(8);
        strings = header + word(16);
        types = index(start, start + word(12));
    }

    /** Of the kernel that runs. @throws DecodeException where it was built without */
    static KernelTypes ofThisKernel() {
        try {
            return of(Files.readAllBytes(FILE));
        } catch (IOException e) {
            throw new DecodeException("this kernel's description of its types can't be read: " + e);
        }
    }

    /** @throws DecodeException when the bytes aren't such a description */
    static KernelTypes of(byte[] file) {
        return new KernelTypes(ByteBuffer.wrap(file).order(ByteOrder.nativeOrder()));
    }

    /**
     * Where a member is, in bytes from the structure's beginning; those of anonymous structures and unions count as the structure's own.
     *
     * @param path from a structure by way of members that are structures themselves: {@code net.ns.inum}
     * @throws DecodeException when there is none
     */
    int offset(String path) {
        String[] names = path.split("\\.");
        int type = named(names[0], STRUCT);
        int offset = 0;
        for (int i = 1; i < names.length; i++) {
            Member member = member(type, names[i], 0)
                    .orElseThrow(() -> new DecodeException("this kernel describes no " + path + " in " + FILE));
            offset += member.offset;
            type = resolved(member.type);
        }
        return offset;
    }

    /** What the numbers of an enumeration are called. @throws DecodeException when this kernel has none of that name */
    Map<Integer, String> enumeration(String name) {
        int at = named(name, ENUM);
        Map<Integer, String> names = new HashMap<>();
        for (int i = 0; i < length(at); i++) {
            int each = at + TYPE + i * ENUMERATOR;
            names.putIfAbsent(word(each + 4), string(word(each)));
        }
        return names;
    }

    /** How many arguments a tracepoint gives to raw programs; 0 where this kernel has no such tracepoint. */
    int arguments(String tracepoint) {
        // typedef void (*btf_trace_NAME)(void *, ...), whose first argument is the kernel's own
        return find("btf_trace_" + tracepoint, TYPEDEF)
                .map(at -> length(type(word(type(word(at + 8)) + 8))) - 1)
                .orElse(0);
    }

    private int named(String name, int kind) {
        return find(name, kind)
                .orElseThrow(() -> new DecodeException("this kernel describes no " + name + " in " + FILE));
    }

    private Optional<Integer> find(String name, int kind) {
        byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
        for (int id = 1; id < types.length; id++) {
            if (kind(types[id]) == kind && isNamed(types[id], wanted)) {
                return Optional.of(types[id]);
            }
        }
        return Optional.empty();
    }

    /** @param type its id @param offset in bytes */
    private record Member(int type, int offset) {}

    private Optional<Member> member(int at, String name, int deep) {
        if (deep > MOST_NAMES) {
            throw damaged();
        }
        byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
        boolean bitfields = word(at + 4) < 0;
        for (int i = 0; i < length(at); i++) {
            int member = at + TYPE + i * MEMBER;
            int raw = word(member + 8);
            int offset = (bitfields ? raw & 0xffffff : raw) / Byte.SIZE;
            int type = word(member + 4);
            if (isNamed(member, wanted)) {
                return Optional.of(new Member(type, offset));
            }
            if (word(member) == 0) { // an anonymous structure or union
                Optional<Member> inside = member(resolved(type), name, deep + 1);
                if (inside.isPresent()) {
                    return Optional.of(new Member(inside.get().type, inside.get().offset + offset));
                }
            }
        }
        return Optional.empty();
    }

    /** Behind names and qualifiers that a type has. */
    private int resolved(int id) {
        int at = type(id);
        for (int i = 0; i < MOST_NAMES; i++) {
            if (kind(at) != TYPEDEF && kind(at) != CONST && kind(at) != VOLATILE && kind(at) != TYPE_TAG) {
                return at;
            }
            at = type(word(at + 8));
        }
        throw damaged();
    }

    private int[] index(int start, int end) {
        int[] found = new int[1 << 18];
        int count = 1;
        for (int at = start; at < end; at += TYPE + extra(kind(at), length(at))) {
            if (count == found.length) {
                found = Arrays.copyOf(found, count * 2);
            }
            found[count++] = at;
        }
        return Arrays.copyOf(found, count);
    }

    /** Bytes behind those that every type has. */
    private static int extra(int kind, int length) {
        return switch (kind) {
            case INT, VAR, DECL_TAG -> 4;
            case ARRAY -> 12;
            case STRUCT, UNION, DATASEC, ENUM64 -> 12 * length;
            case ENUM, FUNC_PROTO -> 8 * length;
            default -> 0;
        };
    }

    private static DecodeException damaged() {
        return new DecodeException(FILE + " can't be read: it ends too early, or contradicts itself");
    }

    private int type(int id) {
        if (id <= 0 || id >= types.length) {
            throw damaged();
        }
        return types[id];
    }

    private int word(int at) {
        if (at < 0 || at > bytes.limit() - Integer.BYTES) {
            throw damaged();
        }
        return bytes.getInt(at);
    }

    private byte octet(int at) {
        if (at < 0 || at >= bytes.limit()) {
            throw damaged();
        }
        return bytes.get(at);
    }

    private int kind(int at) {
        return word(at + 4) >>> 24 & 0x1f;
    }

    private int length(int at) {
        return word(at + 4) & 0xffff;
    }

    /** Whether what begins there, a type or a member, has this name. */
    private boolean isNamed(int at, byte[] name) {
        int start = strings + word(at);
        for (int i = 0; i < name.length; i++) {
            if (octet(start + i) != name[i]) {
                return false;
            }
        }
        return octet(start + name.length) == 0;
    }

    private String string(int offset) {
        int start = strings + offset;
        int end = start;
        while (octet(end) != 0) {
            end++;
        }
        return new String(bytes.array(), start, end - start, StandardCharsets.UTF_8);
    }
}
