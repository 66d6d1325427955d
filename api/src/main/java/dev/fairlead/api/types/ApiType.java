package dev.fairlead.api.types;

import java.util.Map;
import java.util.Optional;

/**
 * A Kubernetes type.
 *
 * @param key its name in {@link Types}, such as {@code PodSpec}
 * @param openApiName such as {@code io.k8s.api.core.v1.PodSpec}
 */
public record ApiType(String key, String openApiName, Map<String, ApiField> fields) {
    public Optional<ApiField> field(String name) {
        return Optional.ofNullable(fields.get(name));
    }
}
