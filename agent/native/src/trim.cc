// Gives back what an idle process does not need.
#include "trim.h"
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <malloc.h>
#include <memory>
#include <sys/mman.h>

namespace inquest {

namespace {

struct Close {
    void operator()(FILE *file) const { fclose(file); }
};

} // namespace

void trim() {
    malloc_trim(0);
    std::unique_ptr<FILE, Close> maps(fopen("/proc/self/maps", "re"));
    if (!maps) return;
    char line[512];
    while (fgets(line, sizeof line, maps.get())) {
        uintptr_t from = 0, to = 0;
        char protection[5] = {};
        int path = 0;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %*s %n", &from, &to, protection, &path) != 3)
            continue;
        // Code of files only: it is never written to, so the file has all of it. What
        // JIT compilers made has no file, and relocated data is not what the file says.
        if (strcmp(protection, "r-xp") || line[path] != '/') continue;
        madvise(reinterpret_cast<void *>(from), to - from, MADV_DONTNEED);
    }
}

} // namespace inquest
