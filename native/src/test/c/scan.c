/*
 * The shim's JSON scanner over many documents in one process, so that it can be compared with another parser, and run
 * under the address and undefined-behaviour sanitizers, a hundred thousand times in a second or two.
 *
 * stdin: documents, each a length (32 bits, big endian) and its bytes. stdout, a line each: "refused", or for "socket"
 * and "cniVersion" one of "absent", "other", "long" or "string:" and the value in hexadecimal, with a blank between.
 */
#include "../../json.h"

#include <stdio.h>
#include <stdlib.h>

static void print_member(const struct json_member *member)
{
    static const char *const kinds[] = {
        [JSON_ABSENT] = "absent", [JSON_STRING] = "string:", [JSON_TOO_LONG] = "long", [JSON_OTHER] = "other"};
    printf("%s", kinds[member->kind]);
    for (size_t i = 0; member->kind == JSON_STRING && i < member->length; i++) {
        printf("%02x", (unsigned char)member->text[i]);
    }
}

int main(void)
{
    unsigned char head[4];
    while (fread(head, sizeof head, 1, stdin) == 1) {
        size_t length = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
        /* Exactly as long as the document, so that a sanitizer sees a read of one byte too many. */
        unsigned char *document = malloc(length);
        if (length > 0 && (document == NULL || fread(document, length, 1, stdin) != 1)) {
            return 2;
        }
        char socket[40];
        char version[40];
        struct json_member members[] = {
            {.name = "socket", .text = socket, .capacity = sizeof socket},
            {.name = "cniVersion", .text = version, .capacity = sizeof version},
        };
        if (json_members(document, length, members, 2)) {
            print_member(&members[0]);
            putchar(' ');
            print_member(&members[1]);
            putchar('\n');
        } else {
            puts("refused");
        }
        free(document);
    }
    return 0;
}
