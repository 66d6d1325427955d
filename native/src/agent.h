/*
 * One question to the agent over its unix stream socket, one question a connection. All integers are unsigned, 32 bits,
 * big endian:
 *
 *   question   "FLR1"  environment length  stdin length  environment  stdin
 *   answer     "FLA1"  exit code  stdout length  stderr length  stdout  stderr
 *
 * The environment is KEY=VALUE strings, each with its NUL. The descriptor of the pod's network namespace travels with
 * the first bytes of the question (unix(7), SCM_RIGHTS): the agent needs no path that means the same to both.
 */
#ifndef FAIRLEAD_AGENT_H
#define FAIRLEAD_AGENT_H

#include "io.h"

enum {
    QUESTION_HEAD = 12,
    ANSWER_HEAD = 16,
    /* An answer that claims to be longer is none: a result with a thousand routes has some 100 kB. */
    ANSWER_MOST = 8 * 1024 * 1024,
};

enum outcome {
    ANSWERED,
    NOT_REACHED, /* nothing was asked; `error` says why, LATE included */
    BROKEN,      /* the connection failed with `error` after it was made */
    CUT_SHORT,   /* the agent closed after `received` bytes of the answer */
    RUBBISH,     /* not an answer of this protocol */
    TOO_LATE,    /* the deadline passed while waiting for the agent */
};

struct answer {
    enum outcome outcome;
    long error; /* errno */
    size_t received;
    uint32_t exit_code; /* 0 to 255 */
    const uint8_t *out;
    size_t out_length;
    const uint8_t *err;
    size_t err_length;
};

/* Writes the question's head into its first QUESTION_HEAD bytes. */
void write_question_head(uint8_t *head, size_t environment_length, size_t stdin_length);

/* `path` is terminated and fits a struct sockaddr_un. `netns` is a descriptor, or negative for none. */
struct answer ask_agent(const char *path, const struct bytes *question, int netns, const struct deadline *deadline);

#endif
