package dev.fairlead.lab.manifest;

import com.fasterxml.jackson.databind.JsonNode;

/** What kind of value a field takes. */
enum Shape {
    TEXT("a string"),
    NUMBER("a whole number"),
    TRUTH("true or false"),
    OBJECT("an object"),
    LIST("a list"),
    TEXTS("a list of strings"),
    TEXT_MAP("an object of strings"),
    NUMBER_OR_TEXT("a whole number or a string"),
    ANY("anything");

    private final String wanted;

    Shape(String wanted) {
        this.wanted = wanted;
    }

    boolean fits(JsonNode node) {
        return switch (this) {
            case TEXT -> node.isTextual();
            case NUMBER -> isWhole(node);
            case TRUTH -> node.isBoolean();
            case OBJECT, TEXT_MAP -> node.isObject();
            case LIST, TEXTS -> node.isArray();
            case NUMBER_OR_TEXT -> isWhole(node) || node.isTextual();
            case ANY -> true;
        };
    }

    /** kubectl takes 1.0 for 1 too. */
    private static boolean isWhole(JsonNode node) {
        return node.isIntegralNumber()
                || node.isNumber() && node.decimalValue().stripTrailingZeros().scale() <= 0;
    }

    /** {@code 80 is a number, but a string is wanted; put it in quotes: "80"}. */
    String refusal(JsonNode node) {
        String found = found(node);
        if (this == TEXT && node.isNumber()) {
            return found + ", but a string is wanted; put it in quotes: \"" + node.asText() + "\"";
        }
        if (this == TEXT && node.isBoolean()) {
            return found + " (YAML also takes yes, no, on and off for that), but a string is wanted; put it in quotes";
        }
        if (this == NUMBER && node.isTextual() && isDigits(node.asText())) {
            return found + ", but a whole number is wanted; write it without quotes";
        }
        if ((this == LIST || this == TEXTS) && !node.isNull()) {
            return found + ", but " + wanted + " is wanted; begin each item with '- '";
        }
        return found + ", but " + wanted + " is wanted";
    }

    private static String found(JsonNode node) {
        return switch (node.getNodeType()) {
            case STRING -> "\"" + Text.brief(node.asText()) + "\" is a string";
            case NUMBER -> node.asText() + " is a number";
            case BOOLEAN -> node.asText() + " is a boolean";
            case OBJECT -> "is an object";
            case ARRAY -> "is a list";
            case NULL, MISSING, BINARY, POJO -> "is empty";
        };
    }

    private static boolean isDigits(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty();
    }
}
