/*
 * Text of bounded length for messages: what does not fit is cut off at a character, never written beyond the end.
 */
#ifndef FAIRLEAD_TEXT_H
#define FAIRLEAD_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *at;
    size_t length;
    size_t capacity;
};

/* An empty text over an array. */
#define TEXT_OVER(array) {.at = (array), .length = 0, .capacity = sizeof(array)}

bool text_same(const char *left, const char *right);

size_t text_length(const char *text);

/* Appends C strings up to a final NULL. */
__attribute__((sentinel)) void text_add(struct text *text, ...);

/* Appends at most `most` bytes of a value that somebody else chose, and three dots when that is not all of it. */
void text_add_clipped(struct text *text, const char *value, size_t length, size_t most);

void text_add_number(struct text *text, uint64_t number);

/* Appends a JSON string with its quotes (RFC 8259 section 7); bytes that are not UTF-8 become U+FFFD. */
void text_add_json(struct text *text, const char *value, size_t length);

/* Bytes of the UTF-8 character that starts at `at` (RFC 3629 section 4), 1 to 4, or 0 when there is none. at < end. */
size_t utf8_character(const uint8_t *at, const uint8_t *end);

enum { UTF8_LONGEST = 4 };

/* Writes a code point below 0x110000 and returns its bytes. */
size_t utf8_encode(uint32_t code, uint8_t *bytes);

#endif
