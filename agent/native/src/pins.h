// One folder per build on bpffs: <pinDir>/<layout version>-<12 hex digits>.
#pragma once
#include "fd.h"
#include "inquest.h"
#include <string>
#include <vector>

namespace inquest {

struct Pin {
    std::string directory;
    std::string owner; // raw bytes given by the owner; empty when half-written
    unsigned layoutVersion = 0;
    bool complete = false;
};

/** A program that may be there, and its name in the object. */
struct ProgramName {
    const char *name;
    bool optional;
    bool attaches; // false: run on demand
    // Does the same as this one, and is loaded only where that cannot be.
    const char *insteadOf = nullptr;
    // Of a kprobe, the kernel function.
    const char *function = nullptr;
};

/** Every program. */
const std::vector<ProgramName> &programNames();

/** Maps that outlive a reader. `meta` is pinned last and marks a folder complete. */
const std::vector<const char *> &pinnedMaps();

struct Program {
    std::string name;
    Fd program;
    // Open where it is attached and the kernel cannot pin that: it lasts as long as the session.
    Fd attachment;
    bool attached = false;
    std::string reason, message; // why it is not
};

/** Descriptors of everything in one build folder. */
struct Handles {
    std::string directory;
    Fd deaths, events, cgroups, containers, baselines, counters, runtimeSockets, meta;
    std::vector<Program> programs;
};

/** Folder name of a build. */
std::string buildName(const std::string &digest);

/** Build folders in `pinDir`, not recursive. */
std::vector<Pin> buildFolders(const std::string &pinDir);

/** Build folders up to three levels below `root`. */
std::vector<Pin> listPins(const std::string &root);

/** Whether a complete folder still has its maps and mandatory programs. */
bool isWhole(const std::string &directory);

/** Opens what is pinned. Throws when a map is missing. */
Handles openPinned(const std::string &directory);

/** Removes the links, so that nothing is written any more. */
void removeLinks(const std::string &directory);

/** Removes a build folder; refuses any path that is not one on bpffs. */
void removeBuild(const std::string &directory);

} // namespace inquest
