#include "call.h"
#include "text.h"

/* Error codes of the specification, section 5. */
enum {
    INVALID_ENVIRONMENT = 4,
    IO_FAILURE = 5,
    INVALID_CONFIGURATION = 7,
    TRY_AGAIN_LATER = 11,
    NOT_AVAILABLE = 50, /* only in the answer to STATUS */
};

enum {
    WORD_SHOWN = 64,      /* bytes of a value of the environment that go into a message */
    LAST_WORDS_MS = 1000, /* apart from the deadline, for what is told may be that it has passed */
};

/* Of the one refusal that a call can meet: what was wanted in `message`; what was refused, why, and what to do. */
static char message_room[512];
static char details_room[1536];
static struct text message = TEXT_OVER(message_room);
static struct text details = TEXT_OVER(details_room);

static void add_what(struct text *text, const struct call *call)
{
    text_add_clipped(text, call->command, text_length(call->command), WORD_SHOWN);
    if (call->container != NULL) {
        text_add(text, " of container ", NULL);
        text_add_clipped(text, call->container, text_length(call->container), WORD_SHOWN);
    }
}

static void add_socket(struct text *text, const struct call *call, const char *path)
{
    text_add(text, path, NULL);
    if (call->socket.kind == JSON_STRING) {
        text_add(text, " (\"socket\" in the network configuration)", NULL);
    } else if (call->configured) {
        text_add(text, " (the default: the network configuration names no \"socket\")", NULL);
    } else {
        text_add(text, " (the default: the configuration on stdin is not a JSON object)", NULL);
    }
}

static void add_allowed(struct text *text, const struct call *call)
{
    bool seconds = call->allowed % 1000 == 0;
    text_add_number(text, (uint64_t)(seconds ? call->allowed / 1000 : call->allowed));
    text_add(text, seconds ? " s" : " ms", NULL);
}

static void add_error(struct text *text, long error)
{
    static const struct {
        long number;
        const char *meaning;
    } errors[] = {
        {EPERM, "not permitted (EPERM)"},
        {ENOENT, "no such file (ENOENT)"},
        {EIO, "input/output error (EIO)"},
        {EBADF, "not an open file (EBADF)"},
        {EAGAIN, "nothing free at the moment (EAGAIN)"},
        {ENOMEM, "no memory left (ENOMEM)"},
        {EACCES, "permission denied (EACCES)"},
        {ENOTDIR, "part of the path is not a directory (ENOTDIR)"},
        {EISDIR, "a directory (EISDIR)"},
        {ENFILE, "the system has no file descriptors left (ENFILE)"},
        {EMFILE, "no file descriptors left (EMFILE)"},
        {EPIPE, "nobody reads it (EPIPE)"},
        {ELOOP, "too many symbolic links (ELOOP)"},
        {EPROTOTYPE, "not a stream socket (EPROTOTYPE)"},
        {ECONNREFUSED, "nobody listens on it (ECONNREFUSED)"},
        {LATE, "the time allowed for the call was over"},
    };
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        if (errors[i].number == error) {
            text_add(text, errors[i].meaning, NULL);
            return;
        }
    }
    text_add(text, "errno ", NULL);
    text_add_number(text, (uint64_t)error);
}

/* The version that the configuration asks for, also in errors, so that the runtime can tell how to read them. */
static void add_version(struct text *document, const struct call *call)
{
    text_add(document, "{\"cniVersion\":", NULL);
    if (call->version.kind == JSON_STRING && call->version.length > 0) {
        text_add_json(document, call->version.text, call->version.length);
    } else {
        text_add(document, "\"" NEWEST_CNI_VERSION "\"", NULL);
    }
}

int undelivered(long error)
{
    char room[256];
    struct text text = TEXT_OVER(room);
    struct deadline deadline = deadline_in(LAST_WORDS_MS);
    text_add(&text, "fairlead-cni: the answer could not be written to stdout: ", NULL);
    add_error(&text, error);
    text_add(&text, "\n", NULL);
    write_all(STDERR, text.at, text.length, &deadline);
    return 1;
}

static int print(const struct text *document, int status)
{
    struct deadline deadline = deadline_in(LAST_WORDS_MS);
    long failed = write_all(STDOUT, document->at, document->length, &deadline);
    return failed == 0 ? status : undelivered(-failed);
}

/* The agent isn't needed to know what this release speaks (specification, section 5, "Version"). */
static int answer_version(const struct call *call)
{
    char room[1024];
    struct text document = TEXT_OVER(room);
    add_version(&document, call);
    text_add(&document, ",\"supportedVersions\":[\"" CNI_VERSIONS("\",\"") "\"]}\n", NULL);
    return print(&document, 0);
}

static int refuse(const struct call *call, unsigned code)
{
    if (is(call, "VERSION")) {
        return answer_version(call);
    }
    static char room[16 * 1024];
    _Static_assert(sizeof room > 6 * (VERSION_MOST + sizeof message_room + sizeof details_room) + 100,
                   "each byte may become six in JSON");
    struct text document = TEXT_OVER(room);
    add_version(&document, call);
    text_add(&document, ",\"code\":", NULL);
    text_add_number(&document, code);
    text_add(&document, ",\"msg\":", NULL);
    text_add_json(&document, message.at, message.length);
    text_add(&document, ",\"details\":", NULL);
    text_add_json(&document, details.at, details.length);
    text_add(&document, "}\n", NULL);
    return print(&document, 1);
}

/* What only time or the operator mends; STATUS has its own word for it. */
static unsigned unavailable(const struct call *call)
{
    return is(call, "STATUS") ? NOT_AVAILABLE : TRY_AGAIN_LATER;
}

int refuse_without_command(const struct call *call)
{
    text_add(&message, "the environment variable CNI_COMMAND is not set", NULL);
    text_add(&details,
             "fairlead-cni " FAIRLEAD_VERSION " is a CNI plugin, which a container runtime executes with CNI_COMMAND set "
             "to ADD, DEL, CHECK, GC, STATUS or VERSION and a network configuration on stdin. Set the variable, or let "
             "a runtime call it; fairlead-cni --version prints what it speaks.",
             NULL);
    return refuse(call, INVALID_ENVIRONMENT);
}

int refuse_stdin(const struct call *call, long error)
{
    text_add(&message, "the network configuration for ", NULL);
    add_what(&message, call);
    text_add(&message, " could not be read", NULL);
    text_add(&details, "Reading stdin to its end failed: ", NULL);
    add_error(&details, error);
    if (error == LATE) {
        text_add(&details, " (", NULL);
        add_allowed(&details, call);
        text_add(&details, "). Whoever runs this plugin must close its stdin after the configuration", NULL);
    }
    text_add(&details, ". Nothing was done; try again.", NULL);
    bool passing = error == LATE || error == ENOMEM;
    return refuse(call, passing ? unavailable(call) : IO_FAILURE);
}

int refuse_long_stdin(const struct call *call)
{
    text_add(&message, "the network configuration for ", NULL);
    add_what(&message, call);
    text_add(&message, " is too large", NULL);
    text_add(&details, "More than the ", NULL);
    text_add_number(&details, STDIN_MOST);
    text_add(&details,
             " bytes came on stdin that Fairlead takes. Nothing was done. Make the configuration smaller; for GC, "
             "that is the list of valid attachments.",
             NULL);
    return refuse(call, INVALID_CONFIGURATION);
}

int refuse_socket(const struct call *call, const char *why)
{
    text_add(&message, "the network configuration's \"socket\" can't be used: it ", why, NULL);
    text_add(&details, "Wanted the absolute path of the agent's socket, of at most ", NULL);
    text_add_number(&details, UNIX_PATH_MAX - 1);
    text_add(&details, " bytes (unix(7)), but found ", NULL);
    if (call->socket.kind == JSON_OTHER) {
        text_add(&details, "another kind of value", NULL);
    } else {
        text_add(&details, "'", NULL);
        text_add_clipped(&details, call->socket.text, call->socket.length, SOCKET_SHOWN);
        text_add(&details, call->socket.kind == JSON_TOO_LONG ? "...'" : "'", NULL);
    }
    text_add(&details, ". Nothing was done. Correct it, or leave it out for " DEFAULT_SOCKET ".", NULL);
    return refuse(call, INVALID_CONFIGURATION);
}

int refuse_unreached(const struct call *call, const char *path, long error)
{
    text_add(&message, "Fairlead's agent can't be reached for ", NULL);
    add_what(&message, call);
    text_add(&details, "Connecting to ", NULL);
    add_socket(&details, call, path);
    text_add(&details, " failed: ", NULL);
    add_error(&details, error);
    text_add(&details, ". Nothing was done. ", NULL);
    if (error == EACCES || error == EPERM) {
        text_add(&details, "The plugin must run as the agent's user, which is root on a node; run the runtime so.", NULL);
    } else if (error == LATE) {
        text_add(&details, "An agent is there but takes no more calls; its log says more. Try again later.", NULL);
    } else if (error == ENOMEM || error == EMFILE || error == ENFILE) {
        text_add(&details, "This node is short of what every program needs. Free some, then try again.", NULL);
    } else {
        text_add(&details,
                 "The agent does not run on this node, is still starting, or serves another socket. Start it, or "
                 "correct \"socket\" in the network configuration, then try again.",
                 NULL);
    }
    return refuse(call, unavailable(call));
}

int refuse_unanswered(const struct call *call, const char *path, const struct answer *answer)
{
    text_add(&message, "Fairlead's agent ", NULL);
    text_add(&message,
             answer->outcome == TOO_LATE    ? "did not answer in time to "
             : answer->outcome == CUT_SHORT ? "closed the connection instead of answering "
             : answer->outcome == RUBBISH   ? "gave no readable answer to "
                                            : "could not be talked to about ",
             NULL);
    add_what(&message, call);
    text_add(&details, "Wanted a whole answer from ", NULL);
    add_socket(&details, call, path);
    text_add(&details, "; got ", NULL);
    text_add_number(&details, answer->received);
    text_add(&details, " bytes", NULL);
    if (answer->outcome == TOO_LATE) {
        text_add(&details, " within ", NULL);
        add_allowed(&details, call);
        text_add(&details, ". The agent hangs or has too much to do; its log says more", NULL);
    } else if (answer->outcome == RUBBISH) {
        text_add(&details,
                 ", which are not of the protocol FLA1. Another program serves this socket, or the agent is not of the "
                 "release of this plugin (fairlead-cni " FAIRLEAD_VERSION "); install both from one release",
                 NULL);
    } else if (answer->outcome == BROKEN) {
        text_add(&details, ", then ", NULL);
        add_error(&details, answer->error);
    } else {
        text_add(&details, ". The agent was stopped or failed during the call; its log says more", NULL);
    }
    text_add(&details,
             call->container == NULL
                 ? ". Try again."
                 : ". Whether the call was carried out is not known: DEL is always safe, then try again.",
             NULL);
    return refuse(call, unavailable(call));
}
