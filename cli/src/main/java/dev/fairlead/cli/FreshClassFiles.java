package dev.fairlead.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites the classes of a jar as this JDK's compiler would write them; run by {@code launcher/build.sh}. picocli keeps
 * to the class file version of Java 5, which has no stack maps (JVMS 4.7.4), and the JVM leaves such classes out of its
 * start-up cache. Rewritten they are in it, and a start takes half the time.
 */
public final class FreshClassFiles {
    private FreshClassFiles() {}

    /** {@code args}: the jar to read, and the jar to write. */
    public static void main(String[] args) throws IOException {
        rewrite(Path.of(args[0]), Path.of(args[1]));
    }

    /** Copies {@code from} to {@code to}, with its classes rewritten and everything stored without compression. */
    static void rewrite(Path from, Path to) throws IOException {
        try (ZipFile in = new ZipFile(from.toFile());
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(to))) {
            out.setLevel(0);
            ClassFile format = format(in);
            for (var entries = in.entries(); entries.hasMoreElements(); ) {
                ZipEntry entry = entries.nextElement();
                byte[] content = in.getInputStream(entry).readAllBytes();
                out.putNextEntry(new ZipEntry(entry.getName()));
                out.write(isClass(entry.getName()) ? fresh(format, content) : content);
                out.closeEntry();
            }
        }
    }

    private static boolean isClass(String name) {
        return name.endsWith(".class") && !name.endsWith("module-info.class");
    }

    private static byte[] fresh(ClassFile format, byte[] old) {
        // Bodies have to pass through a transform, even one that changes nothing: otherwise they are copied as bytes.
        ClassTransform bodies = ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL);
        return format.transformClass(
                format.parse(old),
                bodies.andThen(ClassTransform.endHandler(written ->
                        written.withVersion(ClassFile.latestMajorVersion(), ClassFile.latestMinorVersion()))));
    }

    /** To merge types at a join, stack maps need to know what extends what, in the jar as well as in the JDK. */
    private static ClassFile format(ZipFile jar) {
        return ClassFile.of(
                StackMapsOption.GENERATE_STACK_MAPS,
                ClassHierarchyResolverOption.of(
                        ClassHierarchyResolver.ofResourceParsing((ClassDesc type) -> open(jar, type))
                                .orElse(ClassHierarchyResolver.defaultResolver())));
    }

    private static @Nullable InputStream open(ZipFile jar, ClassDesc type) {
        String descriptor = type.descriptorString();
        ZipEntry entry = jar.getEntry(descriptor.substring(1, descriptor.length() - 1) + ".class");
        try {
            return entry == null ? null : jar.getInputStream(entry);
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + type + " from " + jar.getName() + ": " + e.getMessage(), e);
        }
    }
}
