/*
 * pause: PID 1 of a pod's PID namespace. It holds the pod's namespaces while containers come and go, sees to it that no
 * zombie stays, and ends with status 0 on SIGTERM or SIGINT, which ends the PID namespace and all that runs in it
 * (pid_namespaces(7)).
 *
 * It never wakes for a child: with SIGCHLD ignored the kernel itself frees every child that ends, orphans handed over to
 * PID 1 included (wait(2), "NOTES"; do_notify_parent() and reparent_leader() in the kernel's signal.c and exit.c).
 *
 * For PID 1 a signal whose action is the default one is dropped (pid_namespaces(7)), but a blocked signal never is
 * (sig_ignored() in kernel/signal.c): so the two are blocked and waited for, and no handler is needed. The same holds
 * when the parent left them ignored, as a shell does with SIGINT for what it runs in the background.
 *
 * --mount-proc: first mounts /proc and /sys of its own namespaces, in its own mount namespace, then closes its standard
 * output: whoever started it reads the end of the stream once the pod is ready, and before it a sentence if it is not.
 * Only a process that is in a PID namespace can mount that namespace's /proc, and pause is the first one.
 */
#include "sys.h"
#include "text.h"

#ifndef FAIRLEAD_VERSION
#error "pass -DFAIRLEAD_VERSION, the version of the Maven project; native/build does"
#endif

int main(int argc, char **argv, char **environment);

/* A sysfs that stays the host's shows the wrong devices, but harms nobody; a /proc that does shows the wrong processes. */
static bool mount_own_views(void)
{
    static const char refused[] = "pause: mounting /proc of the pod's PID namespace was refused\n";

    if (sys_mount("proc", "/proc") < 0) {
        sys_write(STDOUT, refused, sizeof refused - 1);
        return false;
    }
    sys_mount("sysfs", "/sys");
    sys_close(STDOUT);
    return true;
}

int main(int argc, char **argv, char **environment)
{
    (void)environment;
    static const char version[] = "pause " FAIRLEAD_VERSION "\n";
    static const char not_first[] = "pause: warning: this should be the first process of a PID namespace (PID 1), and is "
                                    "not: orphans of other processes will not become its children. It goes on and "
                                    "waits; run it with unshare --pid --fork, or as a pod's sandbox.\n";

    for (int i = 1; i < argc; i++) {
        if (text_same(argv[i], "-v")) {
            return sys_write(STDOUT, version, sizeof version - 1) == sizeof version - 1 ? 0 : 1;
        }
        if (text_same(argv[i], "--mount-proc") && !mount_own_views()) {
            return 1;
        }
    }
    if (sys_getpid() != 1) {
        sys_write(STDERR, not_first, sizeof not_first - 1);
    }

    const uint64_t ending = signal_bit(SIGTERM) | signal_bit(SIGINT);
    sys_block_signals(ending);
    sys_ignore_signal(SIGCHLD);
    /* Children that ended before SIGCHLD was ignored, when this program was exec'ed by one that had some. */
    while (sys_reap() > 0) {
    }
    /* Anything but one of the two is EINTR, after the process was stopped and continued. */
    while (sys_await_signal(ending) < 0) {
    }
    return 0;
}
