package dev.fairlead.testkit;

import dev.fairlead.kernel.btf.KernelTypes;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Assumptions;

/**
 * The running kernel's description of its own types, for tests that hold hand-written layouts against it: sizes and offsets of structures
 * and the values of enumerators. Immutable.
 */
public final class Btf {
    private final KernelTypes types;
    private final Map<String, Integer> enumerators;

    /**
     * A structure.
     *
     * @param size in bytes
     * @param offsets of its named members, in bytes
     * @param sizes of its named members, in bytes
     */
    public record Struct(String name, int size, Map<String, Integer> offsets, Map<String, Integer> sizes) {}

    private Btf(KernelTypes types) {
        this.types = types;
        enumerators = types.enumerators();
    }

    /** Of the kernel that runs; skips the test, with the reason, where it was built without. */
    public static Btf ofThisKernel() {
        if (!Files.isReadable(KernelTypes.FILE)) {
            String reason = "SKIPPED: this kernel has no " + KernelTypes.FILE;
            System.out.println(reason);
            Assumptions.abort(reason);
        }
        return new Btf(KernelTypes.ofThisKernel());
    }

    /** The structure or union of this name. */
    public Struct struct(String name) {
        KernelTypes.Structure structure = types.structure(name);
        Map<String, Integer> offsets = new LinkedHashMap<>();
        Map<String, Integer> sizes = new LinkedHashMap<>();
        structure.members().forEach((member, where) -> {
            offsets.put(member, where.offset());
            sizes.put(member, where.size());
        });
        return new Struct(name, structure.size(), offsets, sizes);
    }

    /** The value of an enumerator, in whatever enumeration it is; empty when the kernel's own code doesn't use that. */
    public OptionalLong enumerator(String name) {
        return Optional.ofNullable(enumerators.get(name)).stream()
                .mapToLong(Integer::longValue)
                .findFirst();
    }
}
