// Symbols that newer C libraries have and glibc 2.31 with GCC 10's libstdc++ has not, so that one
// addon runs on all of them. Compiled headers ask for these; nothing else may ask for more, which
// the bundle checks. libstdc++ itself is the host's: Node.js needs it there anyway.
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <new>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HIDDEN __attribute__((visibility("hidden")))

// GLIBCXX_3.4.29. Vectors call it when asked for more than there can be.
namespace std {
HIDDEN void __throw_bad_array_new_length() { throw bad_array_new_length(); }
} // namespace std

extern "C" {

// GLIBC_2.32: whether shared_ptr may count without atomic operations. It may not.
HIDDEN char __libc_single_threaded = 0;

// GLIBC_2.32 in libc; before, it was in libpthread under another version. On Linux sigprocmask
// is for the calling thread alone, too.
HIDDEN int pthread_sigmask(int how, const sigset_t *set, sigset_t *old) noexcept {
    return sigprocmask(how, set, old) == 0 ? 0 : errno;
}

// GLIBC_2.33; before, they were macros. The kernel fills the very struct that glibc shows.
HIDDEN int fstat(int fd, struct stat *into) noexcept {
    return static_cast<int>(syscall(SYS_newfstatat, fd, "", into, AT_EMPTY_PATH));
}

HIDDEN int lstat(const char *path, struct stat *into) noexcept {
    return static_cast<int>(syscall(SYS_newfstatat, AT_FDCWD, path, into, AT_SYMLINK_NOFOLLOW));
}
}
