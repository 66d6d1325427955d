package dev.fairlead.cni.shim;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A request frame: what the shim was started with.
 *
 * @param environment only {@code CNI_*}, {@code TRACEPARENT}, {@code TRACESTATE} and {@code BAGGAGE}
 * @param stdin the configuration; not copied, not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content below
public record ShimRequest(Map<String, String> environment, byte[] stdin) {

    public ShimRequest {
        environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ShimRequest request
                && environment.equals(request.environment)
                && Arrays.equals(stdin, request.stdin);
    }

    @Override
    public int hashCode() {
        return 31 * environment.hashCode() + Arrays.hashCode(stdin);
    }

    @Override
    public String toString() {
        return "shim request " + environment + " with " + stdin.length + " bytes of configuration";
    }
}
