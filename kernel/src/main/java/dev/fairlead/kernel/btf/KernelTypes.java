package dev.fairlead.kernel.btf;

import dev.fairlead.kernel.DecodeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
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
public final class KernelTypes {
    public static final Path FILE = Path.of("/sys/kernel/btf/vmlinux");

    private static final int MAGIC = 0xeb9f;
    private static final int TYPE = 12, MEMBER = 12, ENUMERATOR = 8, ENUMERATOR_64 = 12;

    /** How many names or anonymous structures one thing has, at most: a damaged description may go in a circle. */
    private static final int MOST_NAMES = 64;

    /** {@code BTF_KIND_*}. */
    private static final int INT = 1, PTR = 2, ARRAY = 3, STRUCT = 4, UNION = 5, ENUM = 6, TYPEDEF = 8;

    private static final int VOLATILE = 9, CONST = 10, RESTRICT = 11, FUNC_PROTO = 13, VAR = 14, DATASEC = 15;
    private static final int DECL_TAG = 17, TYPE_TAG = 18, ENUM64 = 19;

    private final byte[] bytes;
    /** The same, four bytes in one, host byte order: nearly all is made of these, and a JVM that has just started reads them fastest so. */
    private final int[] words;

    private final int strings;
    /** Where each type's description begins, by its id; id 0 is void. */
    private final int[] types;

    private KernelTypes(byte[] bytes) {
        this.bytes = bytes;
        words = new int[bytes.length / Integer.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).asIntBuffer().get(words);
        if ((word(0) & 0xffff) != MAGIC) {
            throw new DecodeException(FILE + " doesn't begin as a description of types does");
        }
        int header = word(4);
        int start = header + word(8);
        strings = header + word(16);
        types = index(start, start + word(12));
    }

    /** Of the kernel that runs. @throws DecodeException where it was built without */
    public static KernelTypes ofThisKernel() {
        try {
            return of(Files.readAllBytes(FILE));
        } catch (IOException e) {
            throw new DecodeException("this kernel's description of its types can't be read: " + e);
        }
    }

    /** @throws DecodeException when the bytes aren't such a description */
    static KernelTypes of(byte[] file) {
        return new KernelTypes(file);
    }

    /**
     * Where a member is, in bytes from the structure's beginning; those of anonymous structures and unions count as the structure's own.
     *
     * @param path from a structure by way of members that are structures themselves: {@code net.ns.inum}
     * @throws DecodeException when there is none
     */
    public int offset(String path) {
        String[] names = path.split("\\.");
        int type = named(names[0], STRUCT);
        int offset = 0;
        for (int i = 1; i < names.length; i++) {
            Placed member = members(type).get(names[i]);
            if (member == null) {
                throw none(path);
            }
            offset += member.offset;
            type = resolved(member.type);
        }
        return offset;
    }

    /**
     * A member.
     *
     * @param offset in bytes from the structure's beginning
     * @param size in bytes; of a bit field that of its type
     */
    public record Member(int offset, int size) {}

    /** @param size in bytes @param members by name, in their order; those of anonymous structures and unions count as its own */
    public record Structure(int size, Map<String, Member> members) {}

    /** A structure or union. @throws DecodeException when this kernel has none of that name */
    public Structure structure(String name) {
        int at = find(name, STRUCT).or(() -> find(name, UNION)).orElseThrow(() -> none(name));
        Map<String, Member> members = new LinkedHashMap<>();
        members(at).forEach((member, placed) -> members.put(member, new Member(placed.offset, size(placed.type, 0))));
        return new Structure(word(at + 8), members);
    }

    /** All enumerators, in whichever enumeration they are, with their lower 32 bits; a name that comes twice with its first value. */
    public Map<String, Integer> enumerators() {
        Map<String, Integer> values = new HashMap<>();
        for (int id = 1; id < types.length; id++) {
            int at = types[id];
            int each = kind(at) == ENUM ? ENUMERATOR : ENUMERATOR_64;
            for (int i = 0; i < length(at) && (kind(at) == ENUM || kind(at) == ENUM64); i++) {
                values.putIfAbsent(string(word(at + TYPE + i * each)), word(at + TYPE + i * each + 4));
            }
        }
        return values;
    }

    /** What the numbers of an enumeration are called. @throws DecodeException when this kernel has none of that name */
    public Map<Integer, String> enumeration(String name) {
        int at = named(name, ENUM);
        Map<Integer, String> names = new HashMap<>();
        for (int i = 0; i < length(at); i++) {
            int each = at + TYPE + i * ENUMERATOR;
            names.putIfAbsent(word(each + 4), string(word(each)));
        }
        return names;
    }

    /** How many arguments a tracepoint gives to raw programs; 0 where this kernel has no such tracepoint. */
    public int arguments(String tracepoint) {
        // typedef void (*btf_trace_NAME)(void *, ...), whose first argument is the kernel's own
        return find("btf_trace_" + tracepoint, TYPEDEF)
                .map(at -> length(type(word(type(word(at + 8)) + 8))) - 1)
                .orElse(0);
    }

    private int named(String name, int kind) {
        return find(name, kind).orElseThrow(() -> none(name));
    }

    private static DecodeException none(String name) {
        return new DecodeException("this kernel describes no " + name + " in " + FILE);
    }

    private Optional<Integer> find(String name, int kind) {
        byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
        for (int id = 1; id < types.length; id++) {
            if ((words[types[id] / Integer.BYTES + 1] >>> 24 & 0x1f) == kind && isNamed(types[id], wanted)) {
                return Optional.of(types[id]);
            }
        }
        return Optional.empty();
    }

    /** @param type its id @param offset in bytes */
    private record Placed(int type, int offset) {}

    private Map<String, Placed> members(int at) {
        Map<String, Placed> members = new LinkedHashMap<>();
        collect(at, 0, 0, members);
        return members;
    }

    private void collect(int at, int base, int deep, Map<String, Placed> members) {
        if (deep > MOST_NAMES) {
            throw damaged();
        }
        boolean bitfields = word(at + 4) < 0;
        for (int i = 0; i < length(at); i++) {
            int member = at + TYPE + i * MEMBER;
            int raw = word(member + 8);
            int offset = base + (bitfields ? raw & 0xffffff : raw) / Byte.SIZE;
            int type = word(member + 4);
            if (word(member) == 0) { // an anonymous structure or union
                collect(resolved(type), offset, deep + 1, members);
            } else {
                members.putIfAbsent(string(word(member)), new Placed(type, offset));
            }
        }
    }

    /** @param deep how many types it was asked through */
    private int size(int id, int deep) {
        if (deep > MOST_NAMES) {
            throw damaged();
        }
        int at = type(id);
        return switch (kind(at)) {
            case PTR -> Long.BYTES;
            case ARRAY -> size(word(at + 12), deep + 1) * word(at + 20);
            case TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG -> size(word(at + 8), deep + 1);
            default -> word(at + 8);
        };
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

    /** There are more than a hundred thousand, so that this is worth few steps for each. */
    private int[] index(int start, int end) {
        if (start < 0 || start % Integer.BYTES != 0 || end < start || end / Integer.BYTES > words.length) {
            throw damaged();
        }
        int[] found = new int[1 << 18];
        int count = 1;
        for (int at = start; at + TYPE <= end; ) {
            if (count == found.length) {
                found = Arrays.copyOf(found, count * 2);
            }
            found[count++] = at;
            int information = words[at / Integer.BYTES + 1];
            at += TYPE + extra(information >>> 24 & 0x1f, information & 0xffff);
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
        if (at < 0 || at % Integer.BYTES != 0 || at / Integer.BYTES >= words.length) {
            throw damaged();
        }
        return words[at / Integer.BYTES];
    }

    private byte octet(int at) {
        if (at < 0 || at >= bytes.length) {
            throw damaged();
        }
        return bytes[at];
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
        return new String(bytes, start, end - start, StandardCharsets.UTF_8);
    }
}
