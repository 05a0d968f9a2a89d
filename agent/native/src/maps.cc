#include "maps.h"
#include "error.h"
#include <algorithm>
#include <array>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cerrno>
#include <cstring>
#include <set>
#include <unistd.h>

namespace inquest {

namespace {

void addNew(int map, const void *key, const void *value, const char *what) {
    if (bpf_map_update_elem(map, key, value, BPF_NOEXIST) && errno != EEXIST)
        fail("bpf", errno, std::string("cannot seed ") + what);
}

// Walks all tasks in the kernel: exact start times, and where OOM counts stand.
void completeSeed(const Handles &handles) {
    for (const Program &p : handles.programs) {
        if (p.name != "complete_seed" || !p.program) continue;
        Fd link(bpf_link_create(p.program.get(), 0, BPF_TRACE_ITER, nullptr));
        if (!link) return;
        Fd iterator(bpf_iter_create(link.get()));
        char none[64];
        while (iterator && read(iterator.get(), none, sizeof none) > 0) {
        }
    }
}

} // namespace

void seed(const Handles &handles, const std::vector<SeedEntry> &entries) {
    for (const SeedEntry &e : entries) {
        inq_container c{};
        memcpy(c.id, e.id.data(), std::min(e.id.size(), sizeof c.id));
        memcpy(c.path, e.path.data(), std::min(e.path.size(), sizeof c.path - 1));
        c.runtime = e.runtime;
        c.outer = e.outer;
        c.main_pid = e.mainPid;
        c.main_start_ns = e.mainStartNs;
        // Even without a pid: a later `exec` session must not be taken for it.
        c.main_rank = INQ_MAIN_ENTERED;
        uint64_t container = e.nestedOf ? e.nestedOf : e.cgroup;
        if (!e.nestedOf) addNew(handles.containers.get(), &e.cgroup, &c, "a container");
        addNew(handles.cgroups.get(), &e.cgroup, &container, "a cgroup");
    }
    completeSeed(handles);
}

void watchSockets(const Handles &handles, const std::vector<RuntimeSocket> &sockets) {
    using Key = std::array<char, INQ_SOCKET_PATH_MAX>;
    int map = handles.runtimeSockets.get();
    std::set<Key> wanted;
    for (const RuntimeSocket &socket : sockets) {
        Key key{};
        // The kernel's copy always ends in a NUL.
        memcpy(key.data(), socket.path.data(), std::min(socket.path.size(), key.size() - 1));
        wanted.insert(key);
        if (bpf_map_update_elem(map, key.data(), &socket.value, BPF_ANY))
            fail("bpf", errno, "cannot watch the clients of " + socket.path);
    }
    std::vector<Key> stale;
    Key key{}, *previous = nullptr;
    while (stale.size() < 1024 && bpf_map_get_next_key(map, previous, key.data()) == 0) {
        if (!wanted.count(key)) stale.push_back(key);
        previous = &key;
    }
    for (const Key &gone : stale) bpf_map_delete_elem(map, gone.data());
}

std::vector<KnownContainer> containers(const Handles &handles) {
    std::vector<KnownContainer> all;
    __u64 key = 0, *previous = nullptr;
    int map = handles.containers.get();
    while (all.size() < 65536 && bpf_map_get_next_key(map, previous, &key) == 0) {
        KnownContainer known{};
        known.cgroup = key;
        if (bpf_map_lookup_elem(map, &key, &known.value) == 0) all.push_back(known);
        previous = &key;
    }
    return all;
}

std::vector<inq_counter> counters(const Handles &handles) {
    int cpus = libbpf_num_possible_cpus();
    if (cpus < 1) fail("sysfs", -cpus, "cannot count the CPUs");
    std::vector<inq_counter> each(static_cast<size_t>(cpus)), sums(INQ_COUNTERS);
    for (__u32 kind = 0; kind < INQ_COUNTERS; kind++) {
        if (bpf_map_lookup_elem(handles.counters.get(), &kind, each.data()))
            fail("bpf", errno, "cannot read the counters");
        for (const inq_counter &c : each) {
            sums[kind].seen += c.seen;
            sums[kind].written += c.written;
            sums[kind].lost += c.lost;
            sums[kind].suppressed += c.suppressed;
        }
    }
    return sums;
}

ProgramCost programCost(int programFd) {
    bpf_prog_info info{};
    __u32 length = sizeof info;
    ProgramCost cost;
    if (programFd < 0 || bpf_obj_get_info_by_fd(programFd, &info, &length)) return cost;
    cost.runTimeNs = info.run_time_ns;
    cost.runCount = info.run_cnt;
    cost.recursionMisses = info.recursion_misses;
    return cost;
}

} // namespace inquest
