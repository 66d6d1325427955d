/*
 * Where our programs begin: the kernel enters at _start with argc, argv and the environment on the stack (System V ABI,
 * "Initial Process Stack"; arm64 alike), and nothing has been set up but that.
 */
#include "sys.h"

int main(int argc, char **argv, char **environment);

_Noreturn void start(long *stack);

#if defined(__x86_64__)
/* The ABI wants the frame pointer zero at the outermost frame and the stack aligned to 16 bytes before a call. */
__asm__(".globl _start\n"
        "_start:\n"
        "    xor %ebp, %ebp\n"
        "    mov %rsp, %rdi\n"
        "    and $-16, %rsp\n"
        "    call start\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n"
        "_start:\n"
        "    mov x29, #0\n"
        "    mov x30, #0\n"
        "    mov x0, sp\n"
        "    b start\n");
#endif

_Noreturn void start(long *stack)
{
    int argc = (int)stack[0];
    char **argv = (char **)(stack + 1);
    int status = main(argc, argv, argv + argc + 1);
    for (;;) {
        sys_call(NR_EXIT_GROUP, status, 0, 0, 0, 0, 0);
    }
}

/* gcc may call these four for assignments and initialisers even without a C library (gcc manual, "Standards"). */

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *at, int byte, size_t size);
int memcmp(const void *left, const void *right, size_t size);

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    unsigned char *target = to;
    const unsigned char *source = from;
    for (size_t i = 0; i < size; i++) {
        target[i] = source[i];
    }
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    unsigned char *target = to;
    const unsigned char *source = from;
    if ((uintptr_t)target <= (uintptr_t)source) {
        return memcpy(to, from, size);
    }
    while (size-- > 0) {
        target[size] = source[size];
    }
    return to;
}

void *memset(void *at, int byte, size_t size)
{
    unsigned char *target = at;
    for (size_t i = 0; i < size; i++) {
        target[i] = (unsigned char)byte;
    }
    return at;
}

int memcmp(const void *left, const void *right, size_t size)
{
    const unsigned char *a = left;
    const unsigned char *b = right;
    for (size_t i = 0; i < size; i++) {
        if (a[i] != b[i]) {
            return a[i] - b[i];
        }
    }
    return 0;
}
