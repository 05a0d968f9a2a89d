#include "files.h"
#include "error.h"
#include <cerrno>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

namespace inquest {

OpenedFile openBeneath(const std::string &folder, const std::string &path) {
    Fd root(open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root) fail("open", errno, "cannot open the folder " + folder);
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
    Fd found(static_cast<int>(syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how)));
    if (!found) fail("openat2", errno, "cannot open " + path + " below " + folder);
    OpenedFile file;
    if (fstat(found.get(), &file.info)) fail("fstat", errno, "cannot look at " + path);
    if (!S_ISREG(file.info.st_mode)) throw Error("system", path + " is not a regular file");
    // The very file that was looked at, whatever its name leads to by now.
    std::string self = "/proc/self/fd/" + std::to_string(found.get());
    file.fd.reset(open(self.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file.fd) fail("open", errno, "cannot read " + path);
    return file;
}

} // namespace inquest
