#include "io.h"

struct deadline deadline_in(int64_t milliseconds)
{
    return (struct deadline){.end = sys_now() + milliseconds * 1000000};
}

bool deadline_left(const struct deadline *deadline, struct timespec *left)
{
    int64_t nanoseconds = deadline->end - sys_now();
    if (nanoseconds <= 0) {
        return false;
    }
    left->seconds = nanoseconds / 1000000000;
    left->nanoseconds = nanoseconds % 1000000000;
    return true;
}

long await(int fd, short events, const struct deadline *deadline)
{
    struct pollfd polled = {.fd = fd, .events = events};
    struct timespec left;
    while (deadline_left(deadline, &left)) {
        long ready = sys_ppoll(&polled, 1, &left);
        if (ready > 0) {
            return 0;
        }
        if (ready < 0 && ready != -EINTR) {
            return ready;
        }
    }
    return -LATE;
}

long bytes_reserve(struct bytes *bytes, size_t capacity)
{
    enum { STEP = 64 * 1024 }; /* what a pipe holds (pipe(7)), and more than most questions and answers have */
    if (capacity <= bytes->capacity) {
        return 0;
    }
    capacity = (capacity + STEP - 1) / STEP * STEP;
    /* Mapped, not in .bss: megabytes there would be one huge page, zeroed at the first touch, where THP is "always". */
    long at = bytes->at == NULL ? sys_map(capacity) : sys_remap(bytes->at, bytes->capacity, capacity);
    if (at < 0 && at >= -4095) {
        return at;
    }
    bytes->at = (uint8_t *)at;
    bytes->capacity = capacity;
    return 0;
}

long read_all(int fd, struct bytes *into, size_t most, const struct deadline *deadline)
{
    size_t end = into->length + most + 1;
    while (into->length < end) {
        if (into->length == into->capacity) {
            long refused = bytes_reserve(into, 2 * into->capacity + 1);
            if (refused < 0) {
                return refused;
            }
        }
        long waited = await(fd, POLLIN, deadline);
        if (waited < 0) {
            return waited;
        }
        size_t room = into->capacity < end ? into->capacity : end;
        long got = sys_read(fd, into->at + into->length, room - into->length);
        if (got == 0) {
            return 0;
        }
        if (got > 0) {
            into->length += (size_t)got;
        } else if (got != -EINTR && got != -EAGAIN) {
            return got;
        }
    }
    return 0;
}

long write_all(int fd, const void *from, size_t size, const struct deadline *deadline)
{
    /* A pipe that can be written to has room for this much (pipe(7), PIPE_BUF), so no write waits by itself. */
    enum { PIPE_BUF = 4096 };
    const uint8_t *at = from;
    while (size > 0) {
        long waited = await(fd, POLLOUT, deadline);
        if (waited < 0) {
            return waited;
        }
        long put = sys_write(fd, at, size < PIPE_BUF ? size : PIPE_BUF);
        if (put > 0) {
            at += put;
            size -= (size_t)put;
        } else if (put != -EINTR && put != -EAGAIN) {
            return put == 0 ? -EIO : put;
        }
    }
    return 0;
}
