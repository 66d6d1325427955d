package dev.fairlead.cli.architecture;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The project as files and as classes. */
final class Checkout {
    static final Path HOME = Path.of(System.getProperty("fairlead.home"));

    /** Every class of every room but those of tests; read once, since it takes a second or two. */
    static final JavaClasses CLASSES = classes();

    private Checkout() {}

    private static JavaClasses classes() {
        // The JDK's own classes are only named here; reading them too would take ten times as long.
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.fairlead");
    }

    /** The modules of the parent pom: one for each room. */
    static List<String> modules() {
        List<String> modules = new ArrayList<>();
        for (String line : text("pom.xml").lines().map(String::strip).toList()) {
            if (line.startsWith("<module>")) {
                modules.add(line.substring("<module>".length(), line.indexOf("</module>")));
            }
        }
        return modules;
    }

    static String text(String path) {
        return text(HOME.resolve(path));
    }

    static String text(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What was written by people in all rooms: {@code .java}, {@code .c}, {@code .h} below {@code src}, and the launcher. */
    static List<Path> sources() {
        List<Path> sources = new ArrayList<>(List.of(HOME.resolve("fairlead")));
        sources.addAll(files("launcher", ".sh"));
        for (String module : modules()) {
            sources.addAll(files(module + "/src", ".java", ".c", ".h"));
        }
        return sources;
    }

    /** Files below a directory of the checkout whose names end so; none where there is no such directory. */
    static List<Path> files(String directory, String... endings) {
        Path start = HOME.resolve(directory);
        if (!Files.isDirectory(start)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(start)) {
            return all.filter(file -> List.of(endings).stream()
                            .anyMatch(ending -> file.getFileName().toString().endsWith(ending)))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The path from the top of the checkout, as messages name it. */
    static String name(Path file) {
        return HOME.relativize(file).toString();
    }

    static boolean isTest(Path file) {
        return name(file).contains("/src/test/") || name(file).startsWith("testkit/");
    }
}
