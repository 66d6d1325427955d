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
        if (Short.toUnsignedInt(bytes.getShort(0)) != MAGIC) {
            throw new DecodeException(FILE + " doesn't begin as a description of types does");
        }
        int header = bytes.getInt(4);
        int start = header + bytes.getInt(8);
        strings = header + bytes.getInt(16);
        types = index(start, start + bytes.getInt(12));
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
        try {
            return new KernelTypes(ByteBuffer.wrap(file).order(ByteOrder.nativeOrder()));
        } catch (IndexOutOfBoundsException e) {
            throw new DecodeException(FILE + " can't be read: it ends too early, or contradicts itself");
        }
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
            Member member = member(type, names[i])
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
            names.putIfAbsent(bytes.getInt(each + 4), string(bytes.getInt(each)));
        }
        return names;
    }

    /** How many arguments a tracepoint gives to raw programs; 0 where this kernel has no such tracepoint. */
    int arguments(String tracepoint) {
        // typedef void (*btf_trace_NAME)(void *, ...), whose first argument is the kernel's own
        return find("btf_trace_" + tracepoint, TYPEDEF)
                .map(at -> length(types[bytes.getInt(types[bytes.getInt(at + 8)] + 8)]) - 1)
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

    private Optional<Member> member(int at, String name) {
        byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
        boolean bitfields = bytes.getInt(at + 4) < 0;
        for (int i = 0; i < length(at); i++) {
            int member = at + TYPE + i * MEMBER;
            int raw = bytes.getInt(member + 8);
            int offset = (bitfields ? raw & 0xffffff : raw) / Byte.SIZE;
            int type = bytes.getInt(member + 4);
            if (isNamed(member, wanted)) {
                return Optional.of(new Member(type, offset));
            }
            if (bytes.getInt(member) == 0) { // an anonymous structure or union
                Optional<Member> inside = member(resolved(type), name);
                if (inside.isPresent()) {
                    return Optional.of(new Member(inside.get().type, inside.get().offset + offset));
                }
            }
        }
        return Optional.empty();
    }

    /** Behind names and qualifiers that a type has. */
    private int resolved(int id) {
        int at = types[id];
        while (kind(at) == TYPEDEF || kind(at) == CONST || kind(at) == VOLATILE || kind(at) == TYPE_TAG) {
            at = types[bytes.getInt(at + 8)];
        }
        return at;
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

    private int kind(int at) {
        return bytes.getInt(at + 4) >>> 24 & 0x1f;
    }

    private int length(int at) {
        return bytes.getInt(at + 4) & 0xffff;
    }

    /** Whether what begins there, a type or a member, has this name. */
    private boolean isNamed(int at, byte[] name) {
        int start = strings + bytes.getInt(at);
        for (int i = 0; i < name.length; i++) {
            if (bytes.get(start + i) != name[i]) {
                return false;
            }
        }
        return bytes.get(start + name.length) == 0;
    }

    private String string(int offset) {
        int start = strings + offset;
        int end = start;
        while (bytes.get(end) != 0) {
            end++;
        }
        return new String(bytes.array(), start, end - start, StandardCharsets.UTF_8);
    }
}
