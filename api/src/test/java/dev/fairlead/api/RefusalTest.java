package dev.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Manifests that a real API server refuses, and what it says. In {@code refusals.txt}, each begins with {@code ### code
 * message} and goes on with the manifest; a second manifest behind {@code ---} is an update of the first. The messages are
 * those of kubernetes {@code pkg/apis/*}{@code /validation} and its tests.
 */
class RefusalTest {
    static Stream<Arguments> refusals() throws IOException {
        List<Arguments> cases = new ArrayList<>();
        try (InputStream in = RefusalTest.class.getResourceAsStream("refusals.txt")) {
            assertThat(in).isNotNull();
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (String part : text.split("(?m)^### ", -1)) {
                if (!part.isBlank() && !part.startsWith("#")) {
                    int line = part.indexOf('\n');
                    String head = part.substring(0, line);
                    cases.add(Arguments.of(
                            Integer.parseInt(head.substring(0, 3)), head.substring(4), part.substring(line + 1)));
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("refusals")
    void isRefusedInTheRealServersWords(int code, String message, String manifests) {
        Api api = Api.start();
        String[] parts = manifests.split("(?m)^---$", -1);
        ApiException refusal;
        if (parts.length == 1) {
            refusal = catchThrowableOfType(ApiException.class, () -> api.create(parts[0]));
        } else {
            var unused = api.create(parts[0]);
            refusal = catchThrowableOfType(ApiException.class, () -> api.replace(parts[1]));
        }
        assertThat(refusal).as("a refusal").isNotNull();
        assertThat(refusal.getMessage()).isEqualTo(message);
        assertThat(refusal.status().path("code").asInt()).isEqualTo(code);
        assertThat(refusal.status().path("status").asText()).isEqualTo("Failure");
    }
}
