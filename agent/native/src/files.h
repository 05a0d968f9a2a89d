// Opening files whose place a container had a say in.
#pragma once
#include "fd.h"
#include <string>
#include <sys/stat.h>

namespace inquest {

struct OpenedFile {
    Fd fd;
    struct stat info{};
};

/**
 * Opens a regular file below a folder for reading: by no symbolic link, into no
 * other mount, and without touching what turns out to be a pipe or a device.
 * Throws Error when there is none.
 */
OpenedFile openBeneath(const std::string &folder, const std::string &path);

} // namespace inquest
