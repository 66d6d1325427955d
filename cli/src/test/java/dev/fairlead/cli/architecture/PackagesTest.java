package dev.fairlead.cli.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every package says what it is for, and that null isn't part of it. */
class PackagesTest {
    private static final Pattern LINK = Pattern.compile("\\{@link[\\s*]+(dev\\.fairlead[\\w.]+\\.[A-Z]\\w+)");

    @Test
    void everyPackageOfMainCodeSaysWhatItIsFor() {
        Set<String> wrong = new TreeSet<>();
        for (Path directory : packages("/src/main/java/")) {
            Path file = directory.resolve("package-info.java");
            if (!Files.exists(file) || !Checkout.text(file).startsWith("/**")) {
                wrong.add(Checkout.name(file) + " is missing, or doesn't begin with its sentence");
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** A test may be in the package of the code that it tests, which has said so already. */
    @Test
    void everyPackageIsNullMarked() {
        Set<String> all = new TreeSet<>();
        Set<String> marked = new TreeSet<>();
        for (Path directory : packages("/java/")) {
            all.add(packageName(directory));
            Path file = directory.resolve("package-info.java");
            if (Files.exists(file) && Checkout.text(file).contains("@NullMarked\npackage ")) {
                marked.add(packageName(directory));
            }
        }
        assertThat(all).containsExactlyElementsOf(marked);
    }

    /** Where to start reading must be there. */
    @Test
    void whatPackagesPointToExists() {
        List<String> wrong = new ArrayList<>();
        for (Path directory : packages("/java/")) {
            Path file = directory.resolve("package-info.java");
            if (Files.exists(file)) {
                LINK.matcher(Checkout.text(file)).results().forEach(link -> {
                    if (RoomMap.type(link.group(1)).isEmpty()) {
                        wrong.add(Checkout.name(file) + " points to " + link.group(1));
                    }
                });
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static Set<Path> packages(String within) {
        Set<Path> directories = new TreeSet<>();
        for (Path file : Checkout.sources()) {
            if (Checkout.name(file).contains(within)) {
                directories.add(file.getParent());
            }
        }
        return directories;
    }

    private static String packageName(Path directory) {
        String name = Checkout.name(directory);
        return name.substring(name.indexOf("/java/") + "/java/".length()).replace('/', '.');
    }
}
