/*
 * Over 300 lines: one scanner, whose parts would have nothing to say to anybody but each other.
 */
#include "json.h"

#include "text.h"

/* Bytes of the longest name that anybody looks for; a longer one matches none. */
enum { LONGEST_NAME = 32 };

struct scan {
    const uint8_t *at;
    const uint8_t *end;
    size_t depth;                          /* open objects and arrays */
    uint8_t objects[JSON_DEEPEST / 8 + 1]; /* a bit per depth: an object, not an array */
};

/* Where a decoded string goes. Without capacity it goes nowhere. */
struct sink {
    char *text;
    size_t capacity;
    size_t length;
    bool full; /* something was left out */
};

static void put(struct sink *sink, const uint8_t *bytes, size_t length)
{
    if (sink->full || length > sink->capacity - sink->length) {
        sink->full = true;
        return;
    }
    for (size_t i = 0; i < length; i++) {
        sink->text[sink->length++] = (char)bytes[i];
    }
}

static bool at_byte(const struct scan *scan, uint8_t byte)
{
    return scan->at < scan->end && *scan->at == byte;
}

static bool take(struct scan *scan, uint8_t byte)
{
    if (!at_byte(scan, byte)) {
        return false;
    }
    scan->at++;
    return true;
}

static void skip_space(struct scan *scan)
{
    while (at_byte(scan, ' ') || at_byte(scan, '\n') || at_byte(scan, '\r') || at_byte(scan, '\t')) {
        scan->at++;
    }
}

static bool take_hex4(struct scan *scan, uint32_t *code)
{
    if (scan->end - scan->at < 4) {
        return false;
    }
    *code = 0;
    for (int i = 0; i < 4; i++) {
        uint8_t c = *scan->at++;
        uint8_t lower = c | 0x20;
        if (c >= '0' && c <= '9') {
            *code = *code << 4 | (uint32_t)(c - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            *code = *code << 4 | (uint32_t)(lower - 'a' + 10);
        } else {
            return false;
        }
    }
    return true;
}

/* After \u: one escape, or two that make a pair. Half a pair is U+FFFD, as Go reads it. */
static bool take_unicode(struct scan *scan, struct sink *sink)
{
    uint32_t code;
    if (!take_hex4(scan, &code)) {
        return false;
    }
    if (code >= 0xD800 && code < 0xDC00) {
        const uint8_t *after = scan->at;
        uint32_t low = 0;
        bool second = take(scan, '\\') && take(scan, 'u');
        if (second && !take_hex4(scan, &low)) {
            return false;
        }
        if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        } else {
            scan->at = after;
        }
    }
    uint8_t bytes[UTF8_LONGEST];
    put(sink, bytes, utf8_encode(code >= 0xD800 && code < 0xE000 ? 0xFFFD : code, bytes));
    return true;
}

static bool take_escape(struct scan *scan, struct sink *sink)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    if (take(scan, 'u')) {
        return take_unicode(scan, sink);
    }
    for (size_t i = 0; i < sizeof from - 1; i++) {
        if (take(scan, (uint8_t)from[i])) {
            put(sink, (const uint8_t *)&to[i], 1);
            return true;
        }
    }
    return false;
}

static bool take_string(struct scan *scan, struct sink *sink)
{
    if (!take(scan, '"')) {
        return false;
    }
    while (!take(scan, '"')) {
        if (scan->at == scan->end || *scan->at < 0x20) {
            return false;
        }
        if (take(scan, '\\')) {
            if (!take_escape(scan, sink)) {
                return false;
            }
            continue;
        }
        size_t bytes = utf8_character(scan->at, scan->end);
        if (bytes == 0) {
            return false;
        }
        put(sink, scan->at, bytes);
        scan->at += bytes;
    }
    return true;
}

static bool take_digits(struct scan *scan)
{
    const uint8_t *first = scan->at;
    while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9') {
        scan->at++;
    }
    return scan->at > first;
}

static bool take_number(struct scan *scan)
{
    take(scan, '-');
    if (!take(scan, '0') && !take_digits(scan)) {
        return false;
    }
    if (take(scan, '.') && !take_digits(scan)) {
        return false;
    }
    if (take(scan, 'e') || take(scan, 'E')) {
        if (!take(scan, '+')) {
            take(scan, '-');
        }
        return take_digits(scan);
    }
    return true;
}

static bool take_word(struct scan *scan, const char *word)
{
    for (; *word != '\0'; word++) {
        if (!take(scan, (uint8_t)*word)) {
            return false;
        }
    }
    return true;
}

static bool take_scalar(struct scan *scan, struct sink *sink)
{
    if (at_byte(scan, '"')) {
        return take_string(scan, sink);
    }
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (at_byte(scan, (uint8_t)words[i][0])) {
            return take_word(scan, words[i]);
        }
    }
    return take_number(scan);
}

static bool open_nested(struct scan *scan, bool object)
{
    if (scan->depth == JSON_DEEPEST) {
        return false;
    }
    scan->depth++;
    uint8_t bit = (uint8_t)(1u << (scan->depth & 7));
    uint8_t *byte = &scan->objects[scan->depth >> 3];
    *byte = (uint8_t)(object ? *byte | bit : *byte & ~bit);
    return true;
}

static bool in_object(const struct scan *scan)
{
    return (scan->objects[scan->depth >> 3] >> (scan->depth & 7) & 1) != 0;
}

static struct json_member *member_named(struct json_member *members, size_t count, const struct sink *name)
{
    for (size_t i = 0; i < count && !name->full; i++) {
        const char *wanted = members[i].name;
        size_t same = 0;
        /* The name that was found may itself hold a NUL, so the end of the one that is wanted is asked for first. */
        while (same < name->length && wanted[same] != '\0' && wanted[same] == name->text[same]) {
            same++;
        }
        if (same == name->length && wanted[same] == '\0') {
            return &members[i];
        }
    }
    return NULL;
}

/* A name and its colon. */
static bool take_name(struct scan *scan, struct json_member *members, size_t count, struct json_member **member)
{
    char name[LONGEST_NAME];
    struct sink sink = {.text = name, .capacity = sizeof name};
    if (!take_string(scan, &sink)) {
        return false;
    }
    *member = scan->depth == 1 ? member_named(members, count, &sink) : NULL;
    skip_space(scan);
    return take(scan, ':');
}

/* What may come next, besides the end of the object or array for those that say so. */
enum expected { NAME_OR_END, NAME, VALUE_OR_END, VALUE, COMMA_OR_END };

/* A whole scalar, or the opening bracket of what is nested. */
static bool take_value(struct scan *scan, struct json_member *member, enum expected *next)
{
    bool object = at_byte(scan, '{');
    bool string = at_byte(scan, '"');
    struct sink sink = {0};
    if (member != NULL) {
        sink.text = member->text;
        sink.capacity = member->capacity;
    }
    if (object || at_byte(scan, '[')) {
        scan->at++;
        *next = object ? NAME_OR_END : VALUE_OR_END;
        if (!open_nested(scan, object)) {
            return false;
        }
    } else {
        *next = COMMA_OR_END;
        if (!take_scalar(scan, &sink)) {
            return false;
        }
    }
    if (member != NULL) {
        member->kind = !string ? JSON_OTHER : sink.full ? JSON_TOO_LONG : JSON_STRING;
        member->length = sink.length;
    }
    return true;
}

/* Nesting is counted, not recursed into: four megabytes of brackets must not be able to exhaust the stack. */
static bool take_object(struct scan *scan, struct json_member *members, size_t count)
{
    struct json_member *member = NULL;
    enum expected next;
    if (!at_byte(scan, '{') || !take_value(scan, NULL, &next)) {
        return false;
    }
    while (scan->depth > 0) {
        skip_space(scan);
        bool object = in_object(scan);
        bool taken;
        if (next != NAME && next != VALUE && take(scan, object ? '}' : ']')) {
            scan->depth--;
            next = COMMA_OR_END;
            taken = true;
        } else if (next == COMMA_OR_END) {
            taken = take(scan, ',');
            next = object ? NAME : VALUE;
        } else if (next == NAME || next == NAME_OR_END) {
            taken = take_name(scan, members, count, &member);
            next = VALUE;
        } else {
            taken = take_value(scan, member, &next);
            member = NULL;
        }
        if (!taken) {
            return false;
        }
    }
    return true;
}

bool json_members(const uint8_t *bytes, size_t length, struct json_member *members, size_t count)
{
    struct scan scan = {.at = bytes, .end = bytes + length};
    for (size_t i = 0; i < count; i++) {
        members[i].kind = JSON_ABSENT;
        members[i].length = 0;
    }
    skip_space(&scan);
    bool whole = take_object(&scan, members, count);
    skip_space(&scan);
    whole = whole && scan.at == scan.end;
    for (size_t i = 0; i < count && !whole; i++) {
        members[i].kind = JSON_ABSENT;
        members[i].length = 0;
    }
    return whole;
}
