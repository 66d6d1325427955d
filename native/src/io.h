/*
 * Reading and writing under one deadline, and bytes that grow.
 */
#ifndef FAIRLEAD_IO_H
#define FAIRLEAD_IO_H

#include "sys.h"

struct deadline {
    int64_t end; /* as sys_now() counts */
};

struct deadline deadline_in(int64_t milliseconds);

/* False when it has passed; otherwise what is left, at least a nanosecond. */
bool deadline_left(const struct deadline *deadline, struct timespec *left);

/* The error of every call below that ended because the deadline passed (ETIME). */
enum { LATE = 62 };

/* Waits until one of the poll events, or an error or hang-up, is there: 0, or minus errno, or -LATE. */
long await(int fd, short events, const struct deadline *deadline);

struct bytes {
    uint8_t *at;
    size_t length;
    size_t capacity;
};

/* Room for so many bytes in all: 0 or minus errno. */
long bytes_reserve(struct bytes *bytes, size_t capacity);

/*
 * Appends what can be read up to the end, but not more than `most` bytes and one, so that too much is told by the
 * length: 0, or minus errno, or -LATE.
 */
long read_all(int fd, struct bytes *into, size_t most, const struct deadline *deadline);

/* 0, or minus errno, or -LATE. */
long write_all(int fd, const void *from, size_t size, const struct deadline *deadline);

#endif
