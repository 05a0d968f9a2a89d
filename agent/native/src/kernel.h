// What the running kernel can do, told by BTF and by trying; by version only what neither shows.
#pragma once
#include <cstdint>
#include <string>

namespace inquest {

struct KernelFacts {
    bool btf = false;
    bool markVictimHasTask = false;
    bool exitHasGroupDead = false;
    bool dataReady = false; // the tracepoint sk_data_ready, 6.3 and back-ports
    bool dataReadyFentry = false; // else fentry on the function it stands in
    bool memoryV1 = false;
    bool preemptsPrograms = false; // those of raw tracepoints: Linux 7
    bool execEvents = false; // exec and exit can be had as perf events
    bool dataReadyEvent = false; // and the data of a socket
};

struct KernelProbe : KernelFacts {
    std::string release;
    std::string lockdown;
    bool capBpf = false, capPerfmon = false, capSysAdmin = false;
    bool ringbuf = false, fentry = false, kprobe = false, iterTask = false;
};

/** Cheap: what a load needs to know. */
KernelFacts kernelFacts();

/** Everything, including trial loads of programs that are optional. */
KernelProbe kernelProbe();

/**
 * Creates `directory` (0700) on bpffs, mounting it at /sys/fs/bpf if missing.
 * Returns whether the directory is new.
 */
bool ensureBpffs(const std::string &directory);

} // namespace inquest
