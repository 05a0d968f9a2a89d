// Debian's static libbpf and libelf are made for programs, not for shared
// objects: two things in them do not link into an addon. Both stand here instead,
// so that a host needs neither library.
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
}
