/*
 * loopback: the CNI plugin that sets a pod's `lo` up (CNI specification 1.1.0, section 2). containerd and CRI-O execute a
 * plugin of this name and with this answer for every pod, before the pod's own network and whatever that is, and start no
 * pod without it. On a node that has the reference plugins it is theirs; on one that has only Fairlead it is this one.
 *
 * It needs no agent, and DEL has nothing to undo: `lo` goes with its namespace.
 */
#include "environment.h"
#include "io.h"
#include "json.h"
#include "text.h"
#include "versions.h"

enum { DEADLINE_MS = 5000, STDIN_MOST = 1024 * 1024, VERSION_MOST = 64 };

/* Error codes of the specification, section 5. */
enum { INCOMPATIBLE_VERSION = 1, INVALID_ENVIRONMENT = 4, IO_FAILURE = 5, DECODING_FAILURE = 6, INVALID_CONFIGURATION = 7 };

static char version_room[VERSION_MOST + 1];
static struct json_member members[] = {
    {.name = "cniVersion", .text = version_room, .capacity = VERSION_MOST},
    {.name = "prevResult"},
};
static struct deadline deadline;

static const char *version(void)
{
    return members[0].kind == JSON_STRING && members[0].length > 0 ? version_room : NEWEST_CNI_VERSION;
}

static int print(const struct text *document, int status)
{
    return write_all(STDOUT, document->at, document->length, &deadline) == 0 ? status : 1;
}

/* error 0: none of the kernel's */
static int refuse(unsigned code, const char *message, const char *details, long error)
{
    char room[2048];
    char reason_room[512];
    struct text document = TEXT_OVER(room);
    struct text reason = TEXT_OVER(reason_room);
    text_add(&reason, details, NULL);
    if (error != 0) {
        text_add(&reason, " (errno ", NULL);
        text_add_number(&reason, (uint64_t)error);
        text_add(&reason, ")", NULL);
    }
    text_add(&document, "{\"cniVersion\":", NULL);
    text_add_json(&document, version(), text_length(version()));
    text_add(&document, ",\"code\":", NULL);
    text_add_number(&document, code);
    text_add(&document, ",\"msg\":", NULL);
    text_add_json(&document, message, text_length(message));
    text_add(&document, ",\"details\":", NULL);
    text_add_json(&document, reason.at, reason.length);
    text_add(&document, "}\n", NULL);
    return print(&document, 1);
}

static int answer_version(void)
{
    char room[512];
    struct text document = TEXT_OVER(room);
    text_add(&document, "{\"cniVersion\":", NULL);
    text_add_json(&document, version(), text_length(version()));
    text_add(&document, ",\"supportedVersions\":[\"" CNI_VERSIONS("\",\"") "\"]}\n", NULL);
    return print(&document, 0);
}

#define COMMA ,
static bool speaks(const char *wanted)
{
    static const char *const versions[] = {CNI_VERSIONS(COMMA)};
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        if (text_same(versions[i], wanted)) {
            return true;
        }
    }
    return false;
}

/* The kernel gives `lo` ::1 with the first set up, unless IPv6 is switched off in the namespace. */
static bool has_ipv6(void)
{
    struct sockaddr_in6 localhost = {.family = AF_INET6};
    localhost.address[15] = 1;
    long fd = sys_datagram_socket(AF_INET6);
    return fd >= 0 && sys_bind((int)fd, &localhost) == 0;
}

static int answer_add(const char *netns)
{
    static char room[8 * 1024];
    bool old = version()[0] == '0'; /* up to 0.4.0 an address names its family */
    struct text document = TEXT_OVER(room);
    text_add(&document, "{\"cniVersion\":\"", version(), "\",\"interfaces\":[{\"name\":\"lo\",", NULL);
    text_add(&document, "\"mac\":\"00:00:00:00:00:00\",\"sandbox\":", NULL);
    text_add_json(&document, netns, text_length(netns));
    text_add(&document, "}],\"ips\":[{", old ? "\"version\":\"4\"," : "", "\"interface\":0,", NULL);
    text_add(&document, "\"address\":\"127.0.0.1/8\"}", NULL);
    if (has_ipv6()) {
        text_add(&document, ",{", old ? "\"version\":\"6\"," : "", "\"interface\":0,\"address\":\"::1/128\"}", NULL);
    }
    text_add(&document, "]}\n", NULL);
    return print(&document, 0);
}

/* ADD and CHECK: into the pod's namespace, and look at `lo`. */
static int act(const char *netns, bool add)
{
    enum { NETNS_SHOWN = 1024 };
    if (netns == NULL || text_length(netns) > NETNS_SHOWN) {
        return refuse(INVALID_ENVIRONMENT, "CNI_NETNS names no network namespace",
                      "Wanted the path of the pod's network namespace. Nothing was done.", 0);
    }
    long fd = sys_open_to_read(netns, 0);
    long failed = fd < 0 ? fd : sys_enter_network((int)fd);
    if (failed < 0) {
        return refuse(IO_FAILURE, "the pod's network namespace can't be entered",
                      "Opening or entering the path in CNI_NETNS failed; is the pod gone? Nothing was done.", -failed);
    }
    struct ifreq_flags lo = {.name = "lo"};
    long question = sys_datagram_socket(AF_INET);
    failed = question < 0 ? question : sys_interface_flags((int)question, &lo);
    if (failed >= 0 && add && (lo.flags & IFF_UP) == 0) {
        lo.flags |= IFF_UP;
        failed = sys_set_interface_flags((int)question, &lo);
    }
    if (failed < 0) {
        return refuse(IO_FAILURE, "the pod's lo can't be set up",
                      "The kernel refused to tell or set the flags of lo; does the plugin run as root?", -failed);
    }
    if (!add && (lo.flags & IFF_UP) == 0) {
        return refuse(IO_FAILURE, "the pod's lo is down", "It was set up by ADD; something has set it down since.", 0);
    }
    return add ? answer_add(netns) : 0;
}

int main(int argc, char **argv, char **environment);

int main(int argc, char **argv, char **environment)
{
    (void)argc;
    (void)argv;
    sys_ignore_signal(SIGPIPE);
    deadline = deadline_in(DEADLINE_MS);
    const char *command = variable(environment, "CNI_COMMAND");
    if (command == NULL) {
        return refuse(INVALID_ENVIRONMENT, "the environment variable CNI_COMMAND is not set",
                      "loopback is a CNI plugin of Fairlead " FAIRLEAD_VERSION ", which a container runtime executes.", 0);
    }
    struct bytes configuration = {0};
    long failed = read_all(STDIN, &configuration, STDIN_MOST, &deadline);
    bool readable = failed == 0 && configuration.length <= STDIN_MOST
                    && json_members(configuration.at, configuration.length, members, 2);
    version_room[members[0].length] = '\0';
    if (text_same(command, "VERSION")) {
        return answer_version();
    }
    if (!readable || (members[0].kind != JSON_STRING && members[0].kind != JSON_ABSENT)) {
        return refuse(DECODING_FAILURE, "the network configuration can't be read",
                      "Wanted a JSON object with a cniVersion on stdin. Nothing was done.", -failed);
    }
    if (!speaks(version())) {
        return refuse(INCOMPATIBLE_VERSION, "this cniVersion is not spoken here",
                      "Fairlead's loopback speaks " CNI_VERSIONS(", ") ". Nothing was done.", 0);
    }
    const char *netns = variable(environment, "CNI_NETNS");
    if (text_same(command, "ADD") && members[1].kind != JSON_ABSENT) {
        return refuse(INVALID_CONFIGURATION, "loopback can't come after another plugin",
                      "It is a network of its own, whose only plugin it is. Nothing was done.", 0);
    }
    if (text_same(command, "ADD") || text_same(command, "CHECK")) {
        return act(netns, text_same(command, "ADD"));
    }
    if (text_same(command, "DEL") || text_same(command, "GC") || text_same(command, "STATUS")) {
        return 0;
    }
    return refuse(INVALID_ENVIRONMENT, "CNI_COMMAND is no CNI command",
                  "Wanted ADD, DEL, CHECK, GC, STATUS or VERSION. Nothing was done.", 0);
}
