/*
 * The system calls that our programs make, without a C library: what a thousand pause processes keep in memory, and
 * what a runtime waits for at every CNI call, is then only what is written here.
 *
 * Every call returns what the kernel returns: the result, or minus errno. Numbers: arch/x86/entry/syscalls/
 * syscall_64.tbl and include/uapi/asm-generic/unistd.h. Layouts and constants are those of the kernel's own headers
 * (include/uapi), repeated here so that the build wants a compiler and nothing else.
 *
 * Over 300 lines: a list, one entry for each system call and architecture.
 */
#ifndef FAIRLEAD_SYS_H
#define FAIRLEAD_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
enum {
    NR_READ = 0,
    NR_WRITE = 1,
    NR_CLOSE = 3,
    NR_MMAP = 9,
    NR_RT_SIGACTION = 13,
    NR_RT_SIGPROCMASK = 14,
    NR_IOCTL = 16,
    NR_MREMAP = 25,
    NR_GETPID = 39,
    NR_SOCKET = 41,
    NR_CONNECT = 42,
    NR_RECVFROM = 45,
    NR_SENDMSG = 46,
    NR_BIND = 49,
    NR_SETSOCKOPT = 54,
    NR_WAIT4 = 61,
    NR_FCNTL = 72,
    NR_RT_SIGTIMEDWAIT = 128,
    NR_MOUNT = 165,
    NR_CLOCK_GETTIME = 228,
    NR_EXIT_GROUP = 231,
    NR_OPENAT = 257,
    NR_PPOLL = 271,
    NR_SETNS = 308,
};

static inline long sys_call(long number, long a, long b, long c, long d, long e, long f)
{
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}
#elif defined(__aarch64__)
enum {
    NR_FCNTL = 25,
    NR_IOCTL = 29,
    NR_MOUNT = 40,
    NR_OPENAT = 56,
    NR_CLOSE = 57,
    NR_READ = 63,
    NR_WRITE = 64,
    NR_PPOLL = 73,
    NR_EXIT_GROUP = 94,
    NR_CLOCK_GETTIME = 113,
    NR_RT_SIGACTION = 134,
    NR_RT_SIGPROCMASK = 135,
    NR_RT_SIGTIMEDWAIT = 137,
    NR_GETPID = 172,
    NR_SOCKET = 198,
    NR_BIND = 200,
    NR_CONNECT = 203,
    NR_RECVFROM = 207,
    NR_SETSOCKOPT = 208,
    NR_SENDMSG = 211,
    NR_MREMAP = 216,
    NR_MMAP = 222,
    NR_WAIT4 = 260,
    NR_SETNS = 268,
};

static inline long sys_call(long number, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
}
#else
#error "Fairlead's native programs know x86_64 and aarch64; another architecture needs its numbers and its entry here"
#endif

/* include/uapi/asm-generic/errno-base.h and errno.h; the same on both architectures. */
enum {
    EPERM = 1,
    ENOENT = 2,
    EINTR = 4,
    EIO = 5,
    E2BIG = 7,
    EBADF = 9,
    EAGAIN = 11,
    ENOMEM = 12,
    EACCES = 13,
    ENOTDIR = 20,
    EISDIR = 21,
    ENFILE = 23,
    EMFILE = 24,
    EPIPE = 32,
    ELOOP = 40,
    EPROTOTYPE = 91,
    ECONNRESET = 104,
    ECONNREFUSED = 111,
};

enum { STDIN = 0, STDOUT = 1, STDERR = 2 };

/* include/uapi/asm-generic/signal.h */
enum { SIGINT = 2, SIGPIPE = 13, SIGTERM = 15, SIGCHLD = 17 };

/* The kernel's struct sigaction (arch/x86/include/uapi/asm/signal.h; arm64 has the same members), not the C library's. */
struct sigaction {
    uintptr_t handler;
    unsigned long flags;
    uintptr_t restorer;
    uint64_t mask;
};

enum { SIG_IGN = 1, SIG_BLOCK = 0 };

static inline uint64_t signal_bit(int signal)
{
    return (uint64_t)1 << (signal - 1);
}

struct timespec {
    int64_t seconds;
    int64_t nanoseconds;
};

/* include/uapi/asm-generic/poll.h */
struct pollfd {
    int fd;
    short events;
    short revents;
};

enum { POLLIN = 1, POLLOUT = 4 };

/* include/uapi/linux/un.h */
enum { AF_UNIX = 1, UNIX_PATH_MAX = 108 };

struct sockaddr_un {
    uint16_t family;
    char path[UNIX_PATH_MAX];
};

/* include/linux/socket.h: struct user_msghdr, and one control message that carries one descriptor. */
struct iovec {
    const void *base;
    size_t length;
};

struct msghdr {
    const void *name;
    int name_length;
    const struct iovec *parts;
    size_t part_count;
    const void *control;
    size_t control_length;
    unsigned flags;
};

struct cmsg_descriptor {
    size_t length; /* of header and descriptor, without the padding after it */
    int level;
    int type;
    int fd;
};

enum { SOL_SOCKET = 1, SCM_RIGHTS = 1, MSG_DONTWAIT = 0x40, MSG_NOSIGNAL = 0x4000 };

static inline long sys_read(int fd, void *into, size_t size)
{
    return sys_call(NR_READ, fd, (long)into, (long)size, 0, 0, 0);
}

static inline long sys_write(int fd, const void *from, size_t size)
{
    return sys_call(NR_WRITE, fd, (long)from, (long)size, 0, 0, 0);
}

static inline long sys_close(int fd)
{
    return sys_call(NR_CLOSE, fd, 0, 0, 0, 0, 0);
}

/* Mounts a file system that has no device, as /proc and /sys are mounted everywhere. */
static inline long sys_mount(const char *type, const char *at)
{
    enum { MS_NOSUID = 2, MS_NODEV = 4, MS_NOEXEC = 8 };
    return sys_call(NR_MOUNT, (long)type, (long)at, (long)type, MS_NOSUID | MS_NODEV | MS_NOEXEC, 0, 0);
}

static inline long sys_getpid(void)
{
    return sys_call(NR_GETPID, 0, 0, 0, 0, 0, 0);
}

static inline long sys_ignore_signal(int signal)
{
    struct sigaction ignore = {.handler = SIG_IGN};
    return sys_call(NR_RT_SIGACTION, signal, (long)&ignore, 0, sizeof ignore.mask, 0, 0);
}

static inline long sys_block_signals(uint64_t signals)
{
    return sys_call(NR_RT_SIGPROCMASK, SIG_BLOCK, (long)&signals, 0, sizeof signals, 0, 0);
}

/* Waits without end for one of the signals, which must be blocked, and returns its number. */
static inline long sys_await_signal(uint64_t signals)
{
    return sys_call(NR_RT_SIGTIMEDWAIT, (long)&signals, 0, 0, sizeof signals, 0, 0);
}

/* Any child that has ended, without waiting: its pid, 0 when none has, -ECHILD when there is none at all. */
static inline long sys_reap(void)
{
    enum { ANY_CHILD = -1, WNOHANG = 1 };
    return sys_call(NR_WAIT4, ANY_CHILD, 0, WNOHANG, 0, 0, 0);
}

/* Opens an existing file for reading; the descriptor does not survive an exec. */
static inline long sys_open_to_read(const char *path, int more_flags)
{
    enum { AT_FDCWD = -100, O_RDONLY = 0, O_CLOEXEC = 02000000 };
    return sys_call(NR_OPENAT, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC | more_flags, 0, 0, 0);
}

static inline bool sys_is_open(int fd)
{
    enum { F_GETFD = 1 };
    return sys_call(NR_FCNTL, fd, F_GETFD, 0, 0, 0, 0) >= 0;
}

static inline bool sys_is_terminal(int fd)
{
    enum { TCGETS = 0x5401 };
    char termios[64]; /* the kernel's struct termios has 36 bytes */
    return sys_call(NR_IOCTL, fd, TCGETS, (long)termios, 0, 0, 0) == 0;
}

/* Fresh memory, zeroed. A result from -4095 to -1 is an error. */
static inline long sys_map(size_t size)
{
    enum { PROT_READ = 1, PROT_WRITE = 2, MAP_PRIVATE = 2, MAP_ANONYMOUS = 0x20 };
    return sys_call(NR_MMAP, 0, (long)size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static inline long sys_remap(void *at, size_t size, size_t larger)
{
    enum { MREMAP_MAYMOVE = 1 };
    return sys_call(NR_MREMAP, (long)at, (long)size, (long)larger, MREMAP_MAYMOVE, 0, 0);
}

/* Nanoseconds of CLOCK_MONOTONIC, which nobody can set. */
static inline int64_t sys_now(void)
{
    enum { CLOCK_MONOTONIC = 1 };
    struct timespec now = {0};
    sys_call(NR_CLOCK_GETTIME, CLOCK_MONOTONIC, (long)&now, 0, 0, 0, 0);
    return now.seconds * 1000000000 + now.nanoseconds;
}

static inline long sys_ppoll(struct pollfd *polled, size_t count, const struct timespec *timeout)
{
    /* The kernel writes the time that was left into the timeout, so it gets a copy. */
    struct timespec left = *timeout;
    return sys_call(NR_PPOLL, (long)polled, (long)count, (long)&left, 0, 0, 0);
}

static inline long sys_unix_stream_socket(void)
{
    enum { SOCK_STREAM = 1, SOCK_CLOEXEC = 02000000 };
    return sys_call(NR_SOCKET, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, 0, 0, 0);
}

/* How long connect may wait, not zero, which would mean for ever (socket(7), SO_SNDTIMEO). */
static inline long sys_limit_connect(int fd, const struct timespec *longest)
{
    enum { SO_SNDTIMEO = 21 };
    int64_t timeval[] = {longest->seconds, longest->nanoseconds / 1000 + 1};
    return sys_call(NR_SETSOCKOPT, fd, SOL_SOCKET, SO_SNDTIMEO, (long)timeval, sizeof timeval, 0);
}

static inline long sys_connect(int fd, const struct sockaddr_un *address)
{
    return sys_call(NR_CONNECT, fd, (long)address, sizeof *address, 0, 0, 0);
}

static inline long sys_sendmsg(int fd, const struct msghdr *message, int flags)
{
    return sys_call(NR_SENDMSG, fd, (long)message, flags, 0, 0, 0);
}

static inline long sys_recv(int fd, void *into, size_t size, int flags)
{
    return sys_call(NR_RECVFROM, fd, (long)into, (long)size, flags, 0, 0);
}

/* This thread, which is all of the process, goes on in the network namespace that fd holds. */
static inline long sys_enter_network(int fd)
{
    enum { CLONE_NEWNET = 0x40000000 };
    return sys_call(NR_SETNS, fd, CLONE_NEWNET, 0, 0, 0, 0);
}

/* include/uapi/linux/in.h and in6.h; port and flow label are of the network's byte order, and zero here. */
enum { AF_INET = 2, AF_INET6 = 10 };

struct sockaddr_in6 {
    uint16_t family;
    uint16_t port;
    uint32_t flow;
    uint8_t address[16];
    uint32_t scope;
};

static inline long sys_datagram_socket(int family)
{
    enum { SOCK_DGRAM = 2, SOCK_CLOEXEC = 02000000 };
    return sys_call(NR_SOCKET, family, SOCK_DGRAM | SOCK_CLOEXEC, 0, 0, 0, 0);
}

static inline long sys_bind(int fd, const struct sockaddr_in6 *address)
{
    return sys_call(NR_BIND, fd, (long)address, sizeof *address, 0, 0, 0);
}

/* include/uapi/linux/if.h: struct ifreq as the calls that get and set flags use it (netdevice(7)). */
struct ifreq_flags {
    char name[16];
    short flags;
    char unused[22];
};

enum { IFF_UP = 1 };

static inline long sys_interface_flags(int fd, struct ifreq_flags *request)
{
    enum { SIOCGIFFLAGS = 0x8913 };
    return sys_call(NR_IOCTL, fd, SIOCGIFFLAGS, (long)request, 0, 0, 0);
}

static inline long sys_set_interface_flags(int fd, const struct ifreq_flags *request)
{
    enum { SIOCSIFFLAGS = 0x8914 };
    return sys_call(NR_IOCTL, fd, SIOCSIFFLAGS, (long)request, 0, 0, 0);
}

#endif
