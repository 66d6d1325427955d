package dev.fairlead.cli.architecture;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Rooms use each other as MAP.md's table allows, and packages don't go round in circles. */
class RoomsTest {
    private static final Pattern DEPENDENCY = Pattern.compile(
            "<dependency>\\s*<groupId>dev\\.fairlead</groupId>\\s*<artifactId>(\\w+)</artifactId>\\s*</dependency>");

    private final Map<String, Set<String>> allowed = new RoomMap().rooms();

    @Test
    void classesUseOnlyTheRoomsThatTheMapAllows() {
        Set<String> wrong = new TreeSet<>();
        for (JavaClass from : Checkout.CLASSES) {
            for (Dependency use : from.getDirectDependenciesFromSelf()) {
                String here = room(from);
                String there = room(use.getTargetClass());
                if (!there.isEmpty() && !there.equals(here) && !allowed(here).contains(there)) {
                    wrong.add(here + " may not use " + there + ": " + from.getName() + " uses "
                            + use.getTargetClass().getName());
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** What a pom names and nobody may use would sooner or later be used. */
    @Test
    void pomsNameOnlyTheRoomsThatTheMapAllows() {
        Set<String> wrong = new TreeSet<>();
        for (String room : Checkout.modules()) {
            DEPENDENCY.matcher(Checkout.text(room + "/pom.xml")).results().forEach(found -> {
                if (!allowed(room).contains(found.group(1))) {
                    wrong.add(room + "/pom.xml names " + found.group(1) + ", which " + room + " may not use");
                }
            });
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyRoomMayOnlyUseThoseAboveIt() {
        Set<String> above = new TreeSet<>();
        allowed.forEach((room, uses) -> {
            assertThat(above).as("rooms above %s in MAP.md", room).containsAll(uses);
            above.add(room);
        });
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.fairlead.(**)").should().beFreeOfCycles().check(Checkout.CLASSES);
    }

    private Set<String> allowed(String room) {
        return allowed.getOrDefault(room, Set.of());
    }

    /** The room of a class; empty for classes that aren't ours. */
    private static String room(JavaClass type) {
        String[] words = type.getPackageName().split("\\.", -1);
        return type.getPackageName().startsWith("dev.fairlead.") ? words[2] : "";
    }
}
