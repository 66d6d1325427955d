/*
 * Reads a few top-level members out of a JSON object (RFC 8259), strictly, in one pass and without memory of its own.
 */
#ifndef FAIRLEAD_JSON_H
#define FAIRLEAD_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Deeper documents are refused, as Jackson refuses them on the agent's side (StreamReadConstraints). */
enum { JSON_DEEPEST = 1000 };

enum json_kind {
    JSON_ABSENT,
    JSON_STRING,   /* its value is in `text`, which is not terminated and may hold any character, NUL too */
    JSON_TOO_LONG, /* a string of more than `capacity` bytes; `text` holds its beginning */
    JSON_OTHER,    /* there, but not a string */
};

struct json_member {
    const char *name; /* looked for, in UTF-8 */
    char *text;       /* where to put the value, in UTF-8 */
    size_t capacity;
    size_t length; /* of what `text` holds */
    enum json_kind kind;
};

/*
 * True when the bytes are one JSON object and nothing else; then each member's kind, length and text are set. Of several
 * members with one name the last one counts, as for Go's encoding/json and for Jackson. False for anything else, with
 * every kind JSON_ABSENT.
 */
bool json_members(const uint8_t *bytes, size_t length, struct json_member *members, size_t count);

#endif
