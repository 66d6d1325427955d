/*
 * fairlead-cni: the program that a container runtime executes for every CNI call (CNI specification 1.1.0, section 2).
 * It decides nothing. It carries environment, standard input and the pod's network namespace to the agent of this node
 * and brings back what the agent answers, because starting a JVM for each call would take longer than the call.
 *
 * Where there is no answer to bring back it says so in the form that the specification gives to errors (section 5,
 * "Error"). It makes no file and no child process: killed at any time, it leaves nothing but a closed connection.
 */
#include "call.h"
#include "environment.h"
#include "text.h"

/*
 * For the whole call, from the first byte of stdin to the last one of stdout. The kubelet gives a sandbox two minutes
 * and containerd gives CNI no limit at all, so a call that hangs must end by itself; STATUS is asked every five seconds.
 */
#ifndef DEADLINE_MS
#define DEADLINE_MS 60000
#endif
#ifndef SHORT_DEADLINE_MS
#define SHORT_DEADLINE_MS 5000
#endif

bool is(const struct call *call, const char *command)
{
    return call->command != NULL && text_same(call->command, command);
}

static bool is_for_the_agent(const char *entry)
{
    if (entry[0] == 'C' && entry[1] == 'N' && entry[2] == 'I' && entry[3] == '_') {
        for (const char *at = entry; *at != '\0'; at++) {
            if (*at == '=') {
                return true;
            }
        }
    }
    return value_of(entry, "TRACEPARENT") != NULL || value_of(entry, "TRACESTATE") != NULL
           || value_of(entry, "BAGGAGE") != NULL;
}

static void add_entry(struct bytes *question, const char *entry)
{
    do {
        question->at[question->length++] = (uint8_t)*entry;
    } while (*entry++ != '\0');
}

/* Puts the question together and reads what this program itself wants of the configuration: 0, or minus errno. */
static long collect(struct call *call, char **environment, struct bytes *question)
{
    enum { USUAL_STDIN = 16 * 1024 };
    size_t length = QUESTION_HEAD;
    for (char **entry = environment; *entry != NULL; entry++) {
        length += is_for_the_agent(*entry) ? text_length(*entry) + 1 : 0;
    }
    long failed = bytes_reserve(question, length + USUAL_STDIN);
    if (failed < 0) {
        return failed;
    }
    question->length = QUESTION_HEAD;
    for (char **entry = environment; *entry != NULL; entry++) {
        if (is_for_the_agent(*entry)) {
            add_entry(question, *entry);
        }
    }
    failed = read_all(STDIN, question, STDIN_MOST, &call->deadline);
    if (failed < 0) {
        return failed;
    }
    size_t stdin_length = question->length - length;
    write_question_head(question->at, length - QUESTION_HEAD, stdin_length);

    struct json_member members[] = {
        {.name = "cniVersion", .text = call->version_text, .capacity = sizeof call->version_text},
        {.name = "socket", .text = call->socket_text, .capacity = sizeof call->socket_text},
    };
    call->configured = stdin_length <= STDIN_MOST && json_members(question->at + length, stdin_length, members, 2);
    call->version = members[0];
    call->socket = members[1];
    return stdin_length <= STDIN_MOST ? 0 : -E2BIG;
}

/* NULL when it will do. */
static const char *what_is_wrong_with_the_socket(const struct call *call)
{
    const struct json_member *socket = &call->socket;
    if (socket->kind == JSON_OTHER) {
        return "is not a string";
    }
    if (socket->kind == JSON_TOO_LONG || socket->length >= UNIX_PATH_MAX) {
        return "is too long for a unix socket";
    }
    if (socket->kind == JSON_STRING && (socket->length == 0 || socket->text[0] != '/')) {
        return "is not an absolute path";
    }
    for (size_t i = 0; i < socket->length; i++) {
        if (socket->text[i] == '\0') {
            return "has a NUL character in it";
        }
    }
    return NULL;
}

/* Without waiting where the path is a FIFO, and without taking a terminal as one's own. */
static int open_netns(const struct call *call)
{
    enum { O_NOCTTY = 0400, O_NONBLOCK = 04000 };
    return call->netns == NULL ? -1 : (int)sys_open_to_read(call->netns, O_NOCTTY | O_NONBLOCK);
}

static int deliver(const struct call *call, const struct answer *answer)
{
    long failed = write_all(STDOUT, answer->out, answer->out_length, &call->deadline);
    write_all(STDERR, answer->err, answer->err_length, &call->deadline);
    return failed == 0 ? (int)answer->exit_code : undelivered(-failed);
}

/* A standard descriptor that is closed would otherwise become the number of our socket. Reading / or writing it fails. */
static void hold_standard_descriptors(void)
{
    for (int fd = STDIN; fd <= STDERR; fd++) {
        if (!sys_is_open(fd) && sys_open_to_read("/dev/null", 0) < 0) {
            sys_open_to_read("/", 0);
        }
    }
}

static int print_own_version(void)
{
    static const char text[] = "fairlead-cni " FAIRLEAD_VERSION "\nCNI versions: " CNI_VERSIONS(", ") "\n";
    struct deadline deadline = deadline_in(SHORT_DEADLINE_MS);
    long failed = write_all(STDOUT, text, sizeof text - 1, &deadline);
    return failed == 0 ? 0 : undelivered(-failed);
}

int main(int argc, char **argv, char **environment);

int main(int argc, char **argv, char **environment)
{
    sys_ignore_signal(SIGPIPE);
    hold_standard_descriptors();

    struct call call = {
        .command = variable(environment, "CNI_COMMAND"),
        .container = variable(environment, "CNI_CONTAINERID"),
        .netns = variable(environment, "CNI_NETNS"),
    };
    if (argc > 1 && call.command == NULL && (text_same(argv[1], "-v") || text_same(argv[1], "--version"))) {
        return print_own_version();
    }
    if (call.command == NULL && sys_is_terminal(STDIN)) {
        return refuse_without_command(&call); /* a person tries it out, and must not have to type a configuration */
    }
    bool quick = call.command == NULL || is(&call, "STATUS") || is(&call, "VERSION");
    call.allowed = quick ? SHORT_DEADLINE_MS : DEADLINE_MS;
    call.deadline = deadline_in(call.allowed);

    struct bytes question = {0};
    long failed = collect(&call, environment, &question);
    if (call.command == NULL) {
        return refuse_without_command(&call);
    }
    if (failed < 0) {
        return failed == -E2BIG ? refuse_long_stdin(&call) : refuse_stdin(&call, -failed);
    }
    const char *wrong = what_is_wrong_with_the_socket(&call);
    if (wrong != NULL) {
        return refuse_socket(&call, wrong);
    }
    const char *path = DEFAULT_SOCKET;
    if (call.socket.kind == JSON_STRING) {
        call.socket_text[call.socket.length] = '\0';
        path = call.socket_text;
    }
    struct answer answer = ask_agent(path, &question, open_netns(&call), &call.deadline);
    switch (answer.outcome) {
    case ANSWERED:
        return deliver(&call, &answer);
    case NOT_REACHED:
        return refuse_unreached(&call, path, answer.error);
    default:
        return refuse_unanswered(&call, path, &answer);
    }
}
