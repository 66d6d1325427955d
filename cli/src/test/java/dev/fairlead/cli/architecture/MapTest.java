package dev.fairlead.cli.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** MAP.md says what is there, and nothing that isn't. */
class MapTest {
    private final RoomMap map = new RoomMap();

    @Test
    void everyRoomIsInTheMapAndEveryRoomOfTheMapIsThere() {
        assertThat(map.rooms().keySet()).containsExactlyInAnyOrderElementsOf(Checkout.modules());
    }

    @Test
    void everyTypeAndMethodOfTheMapExists() {
        List<String> wrong = new ArrayList<>();
        for (String name : map.javaNames()) {
            int hash = name.indexOf('#');
            Optional<Class<?>> type = RoomMap.type("dev.fairlead." + (hash < 0 ? name : name.substring(0, hash)));
            if (type.isEmpty() || hash > 0 && !hasMethod(type.get(), name.substring(hash + 1))) {
                wrong.add(name);
            }
        }
        assertThat(wrong).as("names in MAP.md that the code doesn't have").isEmpty();
        assertThat(map.javaNames()).as("the map names its way").hasSizeGreaterThan(30);
    }

    @Test
    void everyFileOfTheMapExists() {
        assertThat(map.fileNames())
                .isNotEmpty()
                .allSatisfy(name -> assertThat(Checkout.HOME.resolve(name)).exists());
    }

    private static boolean hasMethod(Class<?> type, String name) {
        return Arrays.stream(type.getDeclaredMethods())
                .anyMatch(method -> method.getName().equals(name));
    }
}
