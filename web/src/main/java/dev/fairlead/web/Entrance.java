package dev.fairlead.web;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who may come in: whoever shows the token, and is no page of somebody else's. A cookie is sent to every port of a host, so its
 * name has the port, and other ports are the "same site" to a browser; hence the look at where a request comes from.
 */
final class Entrance {
    private static final HeaderName FETCH_SITE = HeaderNames.create("Sec-Fetch-Site");
    private static final Pattern HOST = Pattern.compile("(127\\.0\\.0\\.1|localhost|\\[::1])(:\\d{1,5})?");
    private static final Set<String> OWN = Set.of("same-origin", "none");

    private final byte[] token;
    private final String cookie;
    private final Pattern cookies;

    Entrance(String token, int port) {
        this.token = token.getBytes(StandardCharsets.UTF_8);
        this.cookie = "fairlead-" + port;
        this.cookies = Pattern.compile("(?:^|;)\\s*" + Pattern.quote(cookie) + "=([^;]*)");
    }

    /** Another name that leads to this address is an attack on the reader's browser: DNS rebinding. */
    static boolean isHere(Headers headers) {
        return HOST.matcher(headers.first(HeaderNames.HOST).orElse("")).matches();
    }

    /** Whether a browser says that it asks for a page of ours, or for a person; others don't say anything. */
    static boolean isOwn(Headers headers) {
        return headers.first(FETCH_SITE).map(OWN::contains).orElse(true);
    }

    /** By {@code Authorization: Bearer}, or by the cookie. */
    boolean isShown(Headers headers) {
        Optional<String> bearer = headers.first(HeaderNames.AUTHORIZATION).filter(text -> text.startsWith("Bearer "));
        if (bearer.isPresent()) {
            return isToken(bearer.get().substring("Bearer ".length()));
        }
        Matcher found = cookies.matcher(headers.first(HeaderNames.COOKIE).orElse(""));
        return found.find() && isToken(found.group(1));
    }

    boolean isToken(String given) {
        return MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), token);
    }

    /** The header by which the browser shows it from now on, and no other site can make it (RFC 6265bis). */
    String setCookie() {
        return cookie + "=" + new String(token, StandardCharsets.UTF_8) + "; Path=/; HttpOnly; SameSite=Strict";
    }
}
