// Brings the kernel side up: adopt what is pinned, or load, attach and pin.
#pragma once
#include "pins.h"
#include <cstdint>
#include <string>
#include <vector>

namespace inquest {

struct OpenOptions {
    std::string objectPath, pinDir, owner;
    uint32_t deathsBytes = 0, eventsBytes = 0; // powers of two, 0: as built
    int64_t eventsBurst = -1, eventsRate = -1, deathsBurst = -1, deathsRate = -1;
    // What older builds hold is left for whoever opens the folder next.
    bool leaveOlder = false;
};

struct Opened {
    Handles handles;
    bool adopted = false;
    Fd lock; // on pinDir, while this session lives
    uint64_t cutoverNs = 0; // records before it came from an older build's rings
    std::vector<uint8_t> inherited; // those records
    std::vector<std::string> abandoned; // folders of another layout, removed unread
};

/** Throws Error; leaves no half-written folder behind. */
Opened openKernel(const OpenOptions &options);

} // namespace inquest
