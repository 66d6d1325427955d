package dev.fairlead.cli.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Names that say nothing are kept out, and records are asked by the names of their components. */
class NamesTest {
    private static final Set<String> EMPTY_WORDS = Set.of(
            "Impl",
            "Manager",
            "Util",
            "Utils",
            "Helper",
            "Handler",
            "Processor",
            "Data",
            "Info",
            "Common",
            "Misc",
            "Base",
            "Abstract",
            "Default");

    @Test
    void noTypeHasAnEmptyWordInItsName() {
        List<String> wrong = new ArrayList<>();
        for (String name : typeNames()) {
            for (String word : name.split("(?<=[a-z0-9])(?=[A-Z])", -1)) {
                if (EMPTY_WORDS.contains(word)) {
                    wrong.add(name);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void onlyTheKubernetesObjectIsCalledService() {
        assertThat(typeNames()).noneMatch(name -> name.endsWith("Service") && !name.equals("Service"));
    }

    @Test
    void recordsHaveNoGettersAndSetters() {
        List<String> wrong = new ArrayList<>();
        for (JavaClass type : Checkout.CLASSES) {
            if (type.isRecord()) {
                type.getMethods().stream()
                        .filter(method -> isGetter(method) || isSetter(method))
                        .forEach(method -> wrong.add(method.getFullName()));
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static boolean isGetter(JavaMethod method) {
        return method.getName().matches("get[A-Z].*");
    }

    /** A component may be the id of a set, {@code setId()}; only who takes something sets it. */
    private static boolean isSetter(JavaMethod method) {
        return method.getName().matches("set[A-Z].*")
                && !method.getRawParameterTypes().isEmpty();
    }

    /** Every type of main code, and the files of tests. */
    private static Set<String> typeNames() {
        Set<String> names = new TreeSet<>();
        for (JavaClass type : Checkout.CLASSES) {
            names.add(type.getSimpleName());
        }
        for (var file : Checkout.sources()) {
            String name = file.getFileName().toString();
            if (name.endsWith(".java")) {
                names.add(name.substring(0, name.length() - ".java".length()));
            }
        }
        return names;
    }
}
