/*
 * An agent for one call, which Java cannot be: it takes the descriptors that come with the question. Listens on the
 * socket named by its argument, says "ready", and prints, a line each, what came:
 *
 *   descriptors <how many>
 *   descriptor <device>:<inode> flags <octal, as open(2) takes them>
 *   at byte <how many bytes of the question had come before the descriptors>
 *
 * An ordinary program with a C library: it must not share the code that it judges.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int fail(const char *what)
{
    perror(what);
    return 1;
}

static void print_descriptors(const struct cmsghdr *control, size_t before)
{
    int fds[16];
    size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof fds[0];
    memcpy(fds, CMSG_DATA(control), count * sizeof fds[0]);
    printf("descriptors %zu\n", count);
    for (size_t i = 0; i < count; i++) {
        struct stat stat;
        if (fstat(fds[i], &stat) == 0) {
            int flags = fcntl(fds[i], F_GETFL) & (O_ACCMODE | O_PATH);
            printf("descriptor %lu:%lu flags %o\n", stat.st_dev, stat.st_ino, (unsigned)flags);
        }
    }
    printf("at byte %zu\n", before);
}

int main(int argc, char **argv)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) {
        fprintf(stderr, "usage: catch-fd SOCKET\n");
        return 2;
    }
    strcpy(address.sun_path, argv[1]);
    int listening = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(listening, (const struct sockaddr *)&address, sizeof address) != 0 || listen(listening, 1) != 0) {
        return fail(argv[1]);
    }
    printf("ready\n");
    fflush(stdout);
    int connection = accept(listening, NULL, NULL);
    if (connection < 0) {
        return fail("accept");
    }

    unsigned char head[12];
    size_t length = sizeof head;
    size_t received = 0;
    while (received < length) {
        char rest[4096];
        char control[CMSG_SPACE(16 * sizeof(int))];
        struct iovec part = {.iov_base = rest, .iov_len = sizeof rest};
        if (received < sizeof head) {
            part = (struct iovec){.iov_base = head + received, .iov_len = sizeof head - received};
        }
        struct msghdr message = {
            .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        ssize_t got = recvmsg(connection, &message, 0);
        if (got <= 0) {
            return fail("the question ended early");
        }
        for (struct cmsghdr *at = CMSG_FIRSTHDR(&message); at != NULL; at = CMSG_NXTHDR(&message, at)) {
            if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_RIGHTS) {
                print_descriptors(at, received);
            }
        }
        received += (size_t)got;
        if (received == sizeof head) {
            for (int i = 4; i < 12; i += 4) {
                length += (size_t)head[i] << 24 | (size_t)head[i + 1] << 16 | (size_t)head[i + 2] << 8 | head[i + 3];
            }
        }
    }
    static const char answer[] = "FLA1\0\0\0\0\0\0\0\0\0\0\0\0";
    return write(connection, answer, 16) == 16 ? 0 : fail("answer");
}
