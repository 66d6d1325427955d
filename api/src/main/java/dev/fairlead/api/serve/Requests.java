package dev.fairlead.api.serve;

import io.helidon.common.uri.UriPath;
import io.helidon.common.uri.UriQuery;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.Method;
import io.helidon.webserver.websocket.WsUpgrader;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Helidon's words for a request, made an {@link ApiRequest}. */
final class Requests {
    private Requests() {}

    static ApiRequest of(Method method, UriPath path, UriQuery query, Headers headers, byte[] body) {
        Map<String, List<String>> values = new TreeMap<>();
        for (String name : query.names()) {
            values.put(name, query.all(name));
        }
        return new ApiRequest(
                method.text(),
                path.path(),
                new Query(values),
                text(headers, HeaderNames.ACCEPT),
                text(headers, HeaderNames.CONTENT_TYPE),
                body,
                upgrade(text(headers, HeaderNames.UPGRADE)),
                protocols(headers));
    }

    private static String text(Headers headers, HeaderName name) {
        return headers.first(name).orElse("");
    }

    /** Protocol names are compared without regard to case where they are the WebSocket's, RFC 6455, 4.2.1. */
    private static String upgrade(String header) {
        String lower = header.toLowerCase(Locale.ROOT);
        return lower.equals(PodSockets.WEBSOCKET) ? lower : header;
    }

    /** One header with commas or several headers, RFC 6455, 11.3.4. */
    private static List<String> protocols(Headers headers) {
        if (!headers.contains(WsUpgrader.PROTOCOL)) {
            return List.of();
        }
        return headers.get(WsUpgrader.PROTOCOL).allValues().stream()
                .flatMap(value -> Arrays.stream(value.split(",", -1)))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }
}
