/*
 * One CNI call as the shim sees it, and what the shim says when there is no answer of the agent's to bring back.
 */
#ifndef FAIRLEAD_CALL_H
#define FAIRLEAD_CALL_H

#include "agent.h"
#include "json.h"
#include "versions.h"

#ifndef FAIRLEAD_VERSION
#error "pass -DFAIRLEAD_VERSION, the version of the Maven project; native/build does"
#endif

#ifndef DEFAULT_SOCKET
#define DEFAULT_SOCKET "/run/fairlead/cni.sock"
#endif

enum { STDIN_MOST = 4 * 1024 * 1024, VERSION_MOST = 64, SOCKET_SHOWN = 200 };

struct call {
    const char *command;   /* NULL when CNI_COMMAND is unset or empty */
    const char *container; /* likewise */
    const char *netns;     /* likewise */
    int64_t allowed;       /* milliseconds */
    struct deadline deadline;
    bool configured; /* stdin was a JSON object */
    struct json_member version;
    struct json_member socket;
    char version_text[VERSION_MOST];
    char socket_text[SOCKET_SHOWN]; /* longer than a path that can be used, to show a good part of one that can't */
};

bool is(const struct call *call, const char *command);

/*
 * Each prints a CNI error to stdout (specification 1.1.0, section 5, "Error") and returns the exit status. VERSION is
 * never refused: what this release speaks is known without anybody.
 */
int refuse_without_command(const struct call *call);
int refuse_stdin(const struct call *call, long error);
int refuse_long_stdin(const struct call *call);
int refuse_socket(const struct call *call, const char *why);
int refuse_unreached(const struct call *call, const char *path, long error);
int refuse_unanswered(const struct call *call, const char *path, const struct answer *answer);

/* Tells on stderr that stdout did not take an answer, and returns the exit status. */
int undelivered(long error);

#endif
