package dev.fairlead.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Expected texts as files in {@code ROOM/src/test/resources/golden}. To write them anew and review the change with {@code git
 * diff}: {@code mvn -pl ROOM -am test -Dgolden.update=true}.
 */
public final class Golden {
    private Golden() {}

    /** Fails unless {@code text} is what the room's file holds. */
    public static void check(String room, String file, String text) {
        Path path = Path.of(System.getProperty("fairlead.home", "."), room, "src/test/resources/golden", file);
        try {
            if (Boolean.getBoolean("golden.update")) {
                Files.createDirectories(path.getParent());
                Files.writeString(path, text);
            }
            assertThat(path).describedAs("made by -Dgolden.update=true").exists();
            assertThat(text).describedAs(file).isEqualTo(Files.readString(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
