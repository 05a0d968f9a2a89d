// What JavaScript asks of the maps while the programs run.
#pragma once
#include "inquest.h"
#include "pins.h"
#include <string>
#include <vector>

namespace inquest {

struct SeedEntry {
    uint64_t cgroup = 0, nestedOf = 0, outer = 0, mainStartNs = 0;
    uint32_t runtime = 0, mainPid = 0;
    std::string id, path;
};

/** Adds what the kernel has not seen being created; never overwrites. Throws Error. */
void seed(const Handles &handles, const std::vector<SeedEntry> &entries);

struct RuntimeSocket {
    std::string path;
    inq_runtime_socket value{};
};

/** The sockets whose clients are recorded, instead of those before. Throws Error. */
void watchSockets(const Handles &handles, const std::vector<RuntimeSocket> &sockets);

struct KnownContainer {
    uint64_t cgroup;
    inq_container value;
};
std::vector<KnownContainer> containers(const Handles &handles);

/** Sums over all CPUs, one for each slot of the counters map. */
std::vector<inq_counter> counters(const Handles &handles);

struct ProgramCost {
    uint64_t runTimeNs = 0, runCount = 0, recursionMisses = 0;
};

/** From bpf_prog_info; time and count need kernel.bpf_stats_enabled. */
ProgramCost programCost(int programFd);

} // namespace inquest
