package dev.fairlead.api.serve;

import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** What callers must show: {@code Authorization: Bearer TOKEN}. */
final class Bearer {
    private final byte[] wanted;

    Bearer(String token) {
        this.wanted = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
    }

    boolean isShown(Headers headers) {
        String given = headers.first(HeaderNames.AUTHORIZATION).orElse("");
        return MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), wanted);
    }
}
