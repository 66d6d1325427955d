#include "agent.h"

static void put_u32(uint8_t *at, size_t number)
{
    at[0] = (uint8_t)(number >> 24);
    at[1] = (uint8_t)(number >> 16);
    at[2] = (uint8_t)(number >> 8);
    at[3] = (uint8_t)number;
}

static uint32_t get_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool starts_with(const uint8_t *at, const char *magic)
{
    return at[0] == magic[0] && at[1] == magic[1] && at[2] == magic[2] && at[3] == magic[3];
}

void write_question_head(uint8_t *head, size_t environment_length, size_t stdin_length)
{
    head[0] = 'F';
    head[1] = 'L';
    head[2] = 'R';
    head[3] = '1';
    put_u32(head + 4, environment_length);
    put_u32(head + 8, stdin_length);
}

/*
 * A descriptor, or minus errno, or -LATE. A non-blocking connect to a unix socket whose backlog is full fails at once
 * and cannot be polled for (connect(2), EAGAIN), so this one waits in the kernel, under SO_SNDTIMEO. Everything after it
 * says MSG_DONTWAIT.
 */
static long reach(const char *path, const struct deadline *deadline)
{
    struct sockaddr_un address = {.family = AF_UNIX};
    for (size_t i = 0; path[i] != '\0'; i++) {
        address.path[i] = path[i];
    }
    long fd = sys_unix_stream_socket();
    if (fd < 0) {
        return fd;
    }
    struct timespec left;
    while (deadline_left(deadline, &left)) {
        long refused = sys_limit_connect((int)fd, &left);
        if (refused == 0) {
            refused = sys_connect((int)fd, &address);
        }
        if (refused == 0) {
            return fd;
        }
        /* EAGAIN is the timeout, by the kernel's coarser clock: the deadline itself says whether it is over. */
        if (refused != -EINTR && refused != -EAGAIN) {
            return refused;
        }
    }
    return -LATE;
}

/* Bytes sent, or minus errno. The descriptor goes with the first of them. */
static long send_some(int fd, const struct bytes *question, size_t sent, int netns)
{
    struct iovec part = {.base = question->at + sent, .length = question->length - sent};
    struct cmsg_descriptor descriptor = {
        .length = offsetof(struct cmsg_descriptor, fd) + sizeof(int),
        .level = SOL_SOCKET,
        .type = SCM_RIGHTS,
        .fd = netns,
    };
    struct msghdr message = {.parts = &part, .part_count = 1};
    if (sent == 0 && netns >= 0) {
        message.control = &descriptor;
        message.control_length = sizeof descriptor;
    }
    return sys_sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Bytes of the whole answer by what of it is there: its head first, then what the head says. 0 when it is rubbish. */
static size_t answer_length(const struct bytes *answer)
{
    if (answer->length < ANSWER_HEAD) {
        return ANSWER_HEAD;
    }
    uint64_t length = (uint64_t)get_u32(answer->at + 8) + get_u32(answer->at + 12);
    if (!starts_with(answer->at, "FLA1") || get_u32(answer->at + 4) > 255 || length > ANSWER_MOST) {
        return 0;
    }
    return ANSWER_HEAD + (size_t)length;
}

static struct answer read_answer(const struct bytes *bytes)
{
    struct answer answer = {.outcome = ANSWERED, .received = bytes->length};
    answer.exit_code = get_u32(bytes->at + 4);
    answer.out = bytes->at + ANSWER_HEAD;
    answer.out_length = get_u32(bytes->at + 8);
    answer.err = answer.out + answer.out_length;
    answer.err_length = get_u32(bytes->at + 12);
    return answer;
}

struct conversation {
    int fd;
    const struct bytes *question;
    size_t sent;
    bool sending;
    int netns;
    struct bytes received;
};

/* 0, or minus errno. */
static long send_more(struct conversation *with)
{
    long sent = send_some(with->fd, with->question, with->sent, with->netns);
    if (sent > 0) {
        with->sent += (size_t)sent;
        with->sending = with->sent < with->question->length;
        return 0;
    }
    if (sent == -EPIPE || sent == -ECONNRESET) {
        with->sending = false; /* nobody listens any more, but there may be an answer that says why */
        return 0;
    }
    return sent == -EAGAIN || sent == -EINTR ? 0 : sent;
}

/* 0, or minus errno; -ECONNRESET when the agent has closed. */
static long receive_more(struct conversation *with, size_t up_to)
{
    struct bytes *received = &with->received;
    long got = sys_recv(with->fd, received->at + received->length, up_to - received->length, MSG_DONTWAIT);
    if (got > 0) {
        received->length += (size_t)got;
        return 0;
    }
    return got == 0 ? -ECONNRESET : got == -EAGAIN || got == -EINTR ? 0 : got;
}

/*
 * Sends and receives in one loop: an agent may refuse before it has read everything. The sending side is never shut
 * down, so that to the agent the end of the stream means one thing: whoever asked is gone.
 */
static struct answer converse(struct conversation *with, const struct deadline *deadline)
{
    long failed = 0;
    while (failed == 0) {
        size_t length = answer_length(&with->received);
        if (length == 0) {
            return (struct answer){.outcome = RUBBISH, .received = with->received.length};
        }
        if (with->received.length == length) {
            return read_answer(&with->received);
        }
        failed = bytes_reserve(&with->received, length);
        if (failed == 0 && with->sending) {
            failed = send_more(with);
        }
        if (failed == 0) {
            failed = await(with->fd, with->sending ? POLLIN | POLLOUT : POLLIN, deadline);
        }
        if (failed == 0) {
            failed = receive_more(with, length);
        }
    }
    enum outcome outcome = failed == -LATE ? TOO_LATE : failed == -ECONNRESET ? CUT_SHORT : BROKEN;
    return (struct answer){.outcome = outcome, .error = -failed, .received = with->received.length};
}

struct answer ask_agent(const char *path, const struct bytes *question, int netns, const struct deadline *deadline)
{
    long fd = reach(path, deadline);
    if (fd < 0) {
        return (struct answer){.outcome = NOT_REACHED, .error = -fd};
    }
    struct conversation with = {.fd = (int)fd, .question = question, .sending = true, .netns = netns};
    return converse(&with, deadline);
}
