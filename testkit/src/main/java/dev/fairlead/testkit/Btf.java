package dev.fairlead.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Assumptions;

/**
 * The running kernel's description of its own types, {@code Documentation/bpf/btf.rst}: sizes and offsets of structures and
 * the values of enumerators, for tests that hold hand-written layouts against. Immutable.
 */
public final class Btf {
    private static final Path KERNEL = Path.of("/sys/kernel/btf/vmlinux");
    private static final int MAGIC = 0xeb9f;

    /** {@code BTF_KIND_*}. */
    private static final int INT = 1, PTR = 2, ARRAY = 3, STRUCT = 4, UNION = 5, ENUM = 6, TYPEDEF = 8;

    private static final int VOLATILE = 9, CONST = 10, RESTRICT = 11, FUNC_PROTO = 13, VAR = 14, DATASEC = 15;
    private static final int DECL_TAG = 17, TYPE_TAG = 18, ENUM64 = 19;

    private final ByteBuffer bytes;
    private final int strings;
    /** Where each type's description begins, by its id; id 0 is void. */
    private final int[] types;

    private final Map<String, Integer> structures = new HashMap<>();
    private final Map<String, Long> enumerators = new HashMap<>();

    /**
     * A structure.
     *
     * @param size in bytes
     * @param offsets of its named members, in bytes
     * @param sizes of its named members, in bytes
     */
    public record Struct(String name, int size, Map<String, Integer> offsets, Map<String, Integer> sizes) {}

    private Btf(byte[] file) {
        bytes = ByteBuffer.wrap(file).order(ByteOrder.nativeOrder());
        if (Short.toUnsignedInt(bytes.getShort(0)) != MAGIC) {
            throw new AssertionError("not a BTF file");
        }
        int header = bytes.getInt(4);
        int start = header + bytes.getInt(8);
        int end = start + bytes.getInt(12);
        strings = header + bytes.getInt(16);
        types = index(start, end);
    }

    /** Of the kernel that runs; skips the test, with the reason, where it was built without. */
    public static Btf ofThisKernel() {
        if (!Files.isReadable(KERNEL)) {
            String reason = "SKIPPED: this kernel has no " + KERNEL;
            System.out.println(reason);
            Assumptions.abort(reason);
        }
        try {
            return new Btf(Files.readAllBytes(KERNEL));
        } catch (IOException e) {
            throw new UncheckedIOException("could not read " + KERNEL, e);
        }
    }

    /** The structure or union of this name. */
    public Struct struct(String name) {
        Integer at = structures.get(name);
        if (at == null) {
            throw new AssertionError("this kernel describes no struct " + name);
        }
        Map<String, Integer> offsets = new LinkedHashMap<>();
        Map<String, Integer> sizes = new LinkedHashMap<>();
        members(at, 0, offsets, sizes);
        return new Struct(name, bytes.getInt(at + 8), offsets, sizes);
    }

    /** The value of an enumerator, in whatever enumeration it is; empty when the kernel's own code doesn't use that. */
    public OptionalLong enumerator(String name) {
        return Optional.ofNullable(enumerators.get(name)).stream()
                .mapToLong(Long::longValue)
                .findFirst();
    }

    private int[] index(int start, int end) {
        int[] found = new int[1 << 18];
        int count = 1;
        for (int at = start; at < end; ) {
            if (count == found.length) {
                found = java.util.Arrays.copyOf(found, count * 2);
            }
            found[count++] = at;
            int kind = kind(at);
            int length = length(at);
            if (kind == STRUCT || kind == UNION) {
                structures.putIfAbsent(string(bytes.getInt(at)), at);
            }
            for (int i = 0; i < length && (kind == ENUM || kind == ENUM64); i++) {
                int each = at + 12 + i * (kind == ENUM ? 8 : 12);
                enumerators.putIfAbsent(string(bytes.getInt(each)), (long) bytes.getInt(each + 4));
            }
            at += 12 + extra(kind, length);
        }
        return java.util.Arrays.copyOf(found, count);
    }

    /** Bytes behind the twelve that every type has. */
    private static int extra(int kind, int length) {
        return switch (kind) {
            case INT, VAR, DECL_TAG -> 4;
            case ARRAY -> 12;
            case STRUCT, UNION, DATASEC, ENUM64 -> 12 * length;
            case ENUM, FUNC_PROTO -> 8 * length;
            default -> 0;
        };
    }

    private void members(int at, int base, Map<String, Integer> offsets, Map<String, Integer> sizes) {
        boolean bitfields = bytes.getInt(at + 4) < 0;
        for (int i = 0; i < length(at); i++) {
            int member = at + 12 + 12 * i;
            int raw = bytes.getInt(member + 8);
            int offset = base + (bitfields ? raw & 0xffffff : raw) / 8;
            String name = string(bytes.getInt(member));
            int type = types[bytes.getInt(member + 4)];
            if (name.isEmpty()) { // an anonymous structure or union: its members count as ours
                members(type, offset, offsets, sizes);
            } else {
                offsets.put(name, offset);
                sizes.put(name, size(bytes.getInt(member + 4)));
            }
        }
    }

    private int size(int type) {
        int at = types[type];
        return switch (kind(at)) {
            case PTR -> 8;
            case ARRAY -> size(bytes.getInt(at + 12)) * bytes.getInt(at + 20);
            case TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG -> size(bytes.getInt(at + 8));
            default -> bytes.getInt(at + 8);
        };
    }

    private int kind(int at) {
        return bytes.getInt(at + 4) >>> 24 & 0x1f;
    }

    private int length(int at) {
        return bytes.getInt(at + 4) & 0xffff;
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
