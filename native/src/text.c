#include "text.h"

#include <stdarg.h>

bool text_same(const char *left, const char *right)
{
    while (*left != '\0' && *left == *right) {
        left++;
        right++;
    }
    return *left == *right;
}

size_t text_length(const char *text)
{
    size_t length = 0;
    while (text[length] != '\0') {
        length++;
    }
    return length;
}

static void add_bytes(struct text *text, const char *bytes, size_t length)
{
    if (length > text->capacity - text->length) {
        /* Nothing more goes in after something was left out, or the text would have a hole. */
        text->capacity = text->length;
        return;
    }
    for (size_t i = 0; i < length; i++) {
        text->at[text->length++] = bytes[i];
    }
}

void text_add(struct text *text, ...)
{
    va_list parts;
    va_start(parts, text);
    for (const char *part = va_arg(parts, const char *); part != NULL; part = va_arg(parts, const char *)) {
        add_bytes(text, part, text_length(part));
    }
    va_end(parts);
}

void text_add_clipped(struct text *text, const char *value, size_t length, size_t most)
{
    if (length <= most) {
        add_bytes(text, value, length);
        return;
    }
    size_t kept = most;
    while (kept > 0 && ((uint8_t)value[kept] & 0xC0) == 0x80) {
        kept--; /* not in the middle of a character */
    }
    add_bytes(text, value, kept);
    add_bytes(text, "...", 3);
}

void text_add_number(struct text *text, uint64_t number)
{
    char digits[20];
    size_t first = sizeof digits;
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    add_bytes(text, digits + first, sizeof digits - first);
}

size_t utf8_character(const uint8_t *at, const uint8_t *end)
{
    uint8_t first = at[0];
    if (first < 0x80) {
        return 1;
    }
    /* The second byte's range shuts out forms longer than need be, surrogates, and what lies above U+10FFFF. */
    uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (length == 0 || (size_t)(end - at) < length || at[1] < low || at[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return length;
}

size_t utf8_encode(uint32_t code, uint8_t *bytes)
{
    size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    /* The first byte has as many leading ones as there are bytes; one byte alone has none. */
    static const uint8_t first[] = {0, 0x00, 0xC0, 0xE0, 0xF0};
    for (size_t i = length - 1; i > 0; i--) {
        bytes[i] = (uint8_t)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    bytes[0] = (uint8_t)(first[length] | code);
    return length;
}

void text_add_json(struct text *text, const char *value, size_t length)
{
    static const char hex[] = "0123456789abcdef";
    const uint8_t *at = (const uint8_t *)value;
    const uint8_t *end = at + length;
    add_bytes(text, "\"", 1);
    while (at < end) {
        size_t bytes = utf8_character(at, end);
        if (bytes == 0) {
            add_bytes(text, "\xEF\xBF\xBD", 3);
            at++;
            continue;
        }
        if (*at == '"' || *at == '\\') {
            char escaped[] = {'\\', (char)*at};
            add_bytes(text, escaped, sizeof escaped);
        } else if (*at < 0x20) {
            char escaped[] = {'\\', 'u', '0', '0', hex[*at >> 4], hex[*at & 15]};
            add_bytes(text, escaped, sizeof escaped);
        } else {
            add_bytes(text, (const char *)at, bytes);
        }
        at += bytes;
    }
    add_bytes(text, "\"", 1);
}
