package dev.fairlead.api.types;

import java.util.List;
import java.util.Optional;

/**
 * A field of a Kubernetes type.
 *
 * @param mergeKey of a list whose items a strategic merge patch matches by this member; empty text where plain values are merged
 *     as a set; absent where a patch replaces the list
 * @param numbers of the field in protobuf: its own, or the one of a message that JSON inlines and then its own; empty where the
 *     type has no protobuf form here
 * @param retainKeys whether a strategic merge patch may clear members by {@code $retainKeys}
 */
public record ApiField(
        String name,
        FieldType type,
        boolean required,
        List<Integer> numbers,
        Optional<String> mergeKey,
        boolean retainKeys) {
    public ApiField {
        numbers = List.copyOf(numbers);
    }
}
