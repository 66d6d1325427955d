/*
 * The system calls that the two programs make, without a C library: what a thousand pause processes keep in memory, and
 * what a runtime waits for at every CNI call, is then only what is written here.
 *
 * Every call returns what the kernel returns: the result, or minus errno. Numbers: arch/x86/entry/syscalls/
 * syscall_64.tbl and include/uapi/asm-generic/unistd.h. Layouts and constants are those of the kernel's own headers
 * (include/uapi), repeated here so that the build wants a compiler and nothing else.
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
    NR_SETSOCKOPT = 54,
    NR_WAIT4 = 61,
    NR_FCNTL = 72,
    NR_RT_SIGTIMEDWAIT = 128,
    NR_CLOCK_GETTIME = 228,
    NR_EXIT_GROUP = 231,
    NR_OPENAT = 257,
    NR_PPOLL = 271,
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
    NR_OPENAT = 56,
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
    NR_CONNECT = 203,
    NR_RECVFROM = 207,
    NR_SETSOCKOPT = 208,
    NR_SENDMSG = 211,
    NR_MREMAP = 216,
    NR_MMAP = 222,
    NR_WAIT4 = 260,
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

static inline long sys_read(int fd, void *into, size_t size)
{
    return sys_call(NR_READ, fd, (long)into, (long)size, 0, 0, 0);
}

static inline long sys_write(int fd, const void *from, size_t size)
{
    return sys_call(NR_WRITE, fd, (long)from, (long)size, 0, 0, 0);
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

static inline long sys_ppoll(struct pollfd *polled, size_t count, const struct timespec *timeout)
{
    /* The kernel writes the time that was left into the timeout, so it gets a copy. */
    struct timespec left = *timeout;
    return sys_call(NR_PPOLL, (long)polled, (long)count, (long)&left, 0, 0, 0);
}

#endif
