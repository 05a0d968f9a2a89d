// Debian's static libbpf and libelf are made for programs, not for shared
// objects: two things in them do not link into an addon. Both stand here instead,
// so that a host needs neither library.
#include <cerrno>
#include <cstdint>
#include <cstdio>

extern "C" {

// libbpf.a refers to stderr in a way that only programs may; the build renames
// that reference to this one.
__attribute__((visibility("hidden"))) FILE *inquest_stderr = stderr;

// libelf.a keeps its last error in a thread-local variable of programs' kind
// (elf_error.o). Nobody asks for the text: libbpf reports in its own words.
static thread_local int lastElfError;

__attribute__((visibility("hidden"))) void __libelf_seterrno(int value) { lastElfError = value; }

__attribute__((visibility("hidden"))) int elf_errno(void) {
    int value = lastElfError;
    lastElfError = 0;
    return value;
}

__attribute__((visibility("hidden"))) const char *elf_errmsg(int value) {
    return value == 0 && lastElfError == 0 ? nullptr : "libelf could not read the object";
}

// A type that this kernel lacks is looked for in the types of its modules next, and kernels let
// nobody list those without CAP_SYS_ADMIN. Before version 1.3 libbpf took that for a failure of
// the whole load; later ones go on without modules, and here all do. The linker puts this call in
// the place of the real one (--wrap).
int __real_bpf_btf_get_next_id(uint32_t start, uint32_t *next);

__attribute__((visibility("hidden"))) int __wrap_bpf_btf_get_next_id(uint32_t start, uint32_t *next) {
    int result = __real_bpf_btf_get_next_id(start, next);
    if (result == 0 || errno != EPERM) return result;
    errno = ENOENT;
    return -ENOENT;
}
}
