package dev.fairlead.cni;

import java.util.Optional;

/**
 * A configuration, result or other JSON text that isn't what it should be: code 6 when it can't be decoded, 7 when a value
 * isn't acceptable. The message is one sentence that names file, line, column and field as far as they are known.
 */
public final class ConfigException extends CniException {
    private static final long serialVersionUID = 1;

    private final ErrorCode errorCode;
    private final String source;
    private final String field;
    private final String problem;
    private final int line;
    private final int column;

    /**
     * @param field path of the field, such as {@code plugins[1].type}; empty for the text as a whole
     * @param problem continues the field's name, or starts with a verb: "should be a string, is a number"
     */
    public ConfigException(ErrorCode code, String field, String problem) {
        this(code, "", field, problem, 0, 0);
    }

    /** As above, at a place in the text; line and column count from 1, and 0 means unknown. */
    public ConfigException(ErrorCode code, String field, String problem, int line, int column) {
        this(code, "", field, problem, line, column);
    }

    private ConfigException(ErrorCode code, String source, String field, String problem, int line, int column) {
        super(code, sentence(source, field, problem, line, column), "");
        this.errorCode = code;
        this.source = source;
        this.field = field;
        this.problem = problem;
        this.line = line;
        this.column = column;
    }

    private static String sentence(String source, String field, String problem, int line, int column) {
        String place = line > 0 ? "line " + line + ", column " + column : "";
        String where = source.isEmpty() || place.isEmpty() ? source + place : source + ", " + place;
        String what = field.isEmpty() ? problem : field + " " + problem;
        return where.isEmpty() ? what : where + ": " + what;
    }

    /** The same, said of {@code source} (a file's path); the place is looked up in its {@code text} when it isn't known. */
    public ConfigException in(String source, byte[] text) {
        if (line > 0 || field.isEmpty()) {
            return copy(source, line, column);
        }
        Place place = CniJson.place(text, field);
        return copy(source, place.line(), place.column());
    }

    private ConfigException copy(String newSource, int newLine, int newColumn) {
        ConfigException copy = new ConfigException(errorCode, newSource, field, problem, newLine, newColumn);
        copy.initCause(this);
        return copy;
    }

    /** The file, when the text came from one. */
    public Optional<String> source() {
        return source.isEmpty() ? Optional.empty() : Optional.of(source);
    }

    /** Path of the field, such as {@code plugins[1].type}; empty for the text as a whole. */
    public String field() {
        return field;
    }

    /** Counting from 1; 0 when unknown. */
    public int line() {
        return line;
    }

    /** Counting from 1; 0 when unknown. */
    public int column() {
        return column;
    }
}
