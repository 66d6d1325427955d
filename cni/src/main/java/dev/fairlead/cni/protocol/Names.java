package dev.fairlead.cni.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What names may look like (SPEC.md sections 1 and 2). Each check gives the problem, or nothing when the name will do.
 */
public final class Names {

    /** {@code IFNAMSIZ} of {@code <linux/if.h>} without the closing zero, in bytes. */
    public static final int LONGEST_INTERFACE = 15;

    private Names() {}

    /** A network's name or a container's id: a letter or digit, then letters, digits, {@code _}, {@code .} and {@code -}. */
    public static Optional<String> problemOfIdentifier(String name) {
        if (name.isEmpty()) {
            return Optional.of("is empty");
        }
        if (!isAlphanumeric(name.charAt(0))) {
            return Optional.of("should start with a letter or digit");
        }
        for (int i = 1; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!isAlphanumeric(c) && c != '_' && c != '.' && c != '-') {
                return Optional.of("may have only letters, digits, '_', '.' and '-'");
            }
        }
        return Optional.empty();
    }

    /**
     * An interface's name, by the rules of the kernel's {@code dev_valid_name}. {@code %} is refused too: where the kernel is
     * asked for {@code eth%d} it makes {@code eth0}, which nobody asked for.
     */
    public static Optional<String> problemOfInterface(String name) {
        if (name.isEmpty()) {
            return Optional.of("is empty");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_INTERFACE) {
            return Optional.of("is longer than " + LONGEST_INTERFACE + " bytes");
        }
        if (name.equals(".") || name.equals("..")) {
            return Optional.of("may not be '.' or '..'");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '/' || c == ':' || c == '%' || c == 0 || Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                return Optional.of("may not have '/', ':', '%' or white space");
            }
        }
        return Optional.empty();
    }

    /** A plugin's {@code type}, which is the name of a file in {@code CNI_PATH}. */
    public static Optional<String> problemOfType(String type) {
        if (type.isEmpty()) {
            return Optional.of("is missing");
        }
        if (type.indexOf('/') >= 0 || type.indexOf('\\') >= 0 || type.indexOf(0) >= 0) {
            return Optional.of("should be a plain file name");
        }
        return type.equals(".") || type.equals("..") ? Optional.of("may not be '.' or '..'") : Optional.empty();
    }

    private static boolean isAlphanumeric(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }
}
