package dev.fairlead.api.types;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The resources are what the official client's classes say, so nobody can have changed them by hand. */
class TypesTest {
    @Test
    void typesAreThoseOfTheOfficialClient() throws IOException {
        assertThat(resource("types.json")).isEqualTo(GeneratedTypes.text(GeneratedTypes.types()));
    }

    @Test
    void descriptionsAreThoseOfTheOfficialClient() throws IOException {
        assertThat(resource("descriptions.json")).isEqualTo(GeneratedTypes.text(GeneratedTypes.descriptions()));
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Types.class.getResourceAsStream(name)) {
            assertThat(in).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
