#include "kernel.h"
#include "error.h"
#include "fd.h"
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <linux/perf_event.h>
#include <sstream>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace inquest {

namespace {

constexpr long bpffsMagic = 0xcafe4a11;
constexpr int capSysAdmin = 21, capPerfmon = 38, capBpf = 39;
constexpr int preemptsProgramsSince = 7;

// The prototype of a tracepoint is `typedef void (*btf_trace_NAME)(void *, …)`.
const btf_type *tracepoint(const btf *types, const char *name) {
    int id = btf__find_by_name_kind(types, name, BTF_KIND_TYPEDEF);
    if (id < 0) return nullptr;
    const btf_type *pointer = btf__type_by_id(types, btf__type_by_id(types, id)->type);
    if (!pointer || !btf_is_ptr(pointer)) return nullptr;
    const btf_type *prototype = btf__type_by_id(types, pointer->type);
    return prototype && btf_is_func_proto(prototype) ? prototype : nullptr;
}

bool loadsTracing(const btf *types, const char *target, bpf_attach_type type) {
    int id = btf__find_by_name_kind(types, target, BTF_KIND_FUNC);
    if (id < 0) return false;
    const bpf_insn program[] = {
        {BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0},
        {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
    };
    LIBBPF_OPTS(bpf_prog_load_opts, options);
    options.expected_attach_type = type;
    options.attach_btf_id = static_cast<__u32>(id);
    int fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, "inquest_probe", "GPL", program, 2, &options);
    if (fd < 0) return false;
    // Some kernels load it and refuse the trampoline.
    int link = type == BPF_TRACE_FENTRY ? bpf_raw_tracepoint_open(nullptr, fd) : fd;
    if (link >= 0 && link != fd) close(link);
    close(fd);
    return link >= 0;
}

std::string release() {
    utsname names{};
    return uname(&names) == 0 ? names.release : "";
}

/** Tries to have a tracepoint as a perf event, as libbpf will: only tracefs knows its number. */
bool opensEvent(const std::string &name) {
    std::string folder = "/sys/kernel/debug/tracing";
    if (access(folder.c_str(), F_OK)) folder = "/sys/kernel/tracing";
    std::ifstream file(folder + "/events/" + name + "/id");
    perf_event_attr attribute{};
    attribute.type = PERF_TYPE_TRACEPOINT;
    attribute.size = sizeof attribute;
    if (!(file >> attribute.config)) return false;
    Fd fd(static_cast<int>(syscall(SYS_perf_event_open, &attribute, -1, 0, -1, PERF_FLAG_FD_CLOEXEC)));
    return static_cast<bool>(fd);
}

KernelFacts facts(const btf *types) {
    KernelFacts f;
    std::ifstream controllers("/proc/cgroups");
    std::string line;
    // Compiled out on v1 means absent here: then it is v2.
    while (std::getline(controllers, line)) {
        std::istringstream words(line);
        std::string name;
        int hierarchy = 0;
        if (words >> name >> hierarchy && name == "memory") f.memoryV1 = hierarchy != 0;
    }
    if (!types) return f;
    f.btf = true;
    if (const btf_type *p = tracepoint(types, "btf_trace_mark_victim"); p && btf_vlen(p) > 1) {
        const btf_type *first = btf__type_by_id(types, btf_params(p)[1].type);
        f.markVictimHasTask = first && btf_is_ptr(first);
    }
    if (const btf_type *p = tracepoint(types, "btf_trace_sched_process_exit"))
        f.exitHasGroupDead = btf_vlen(p) > 2;
    f.preemptsPrograms = atoi(release().c_str()) >= preemptsProgramsSince;
    if (f.preemptsPrograms) {
        f.execEvents = opensEvent("sched/sched_process_exec") && opensEvent("sched/sched_process_exit");
        f.dataReadyEvent = opensEvent("sock/sk_data_ready");
    }
    f.dataReady = tracepoint(types, "btf_trace_sk_data_ready");
    if (!f.dataReady) f.dataReadyFentry = loadsTracing(types, "sock_def_readable", BPF_TRACE_FENTRY);
    return f;
}

uint64_t effectiveCapabilities() {
    std::ifstream status("/proc/self/status");
    std::string line;
    while (std::getline(status, line))
        if (line.rfind("CapEff:", 0) == 0) return std::stoull(line.substr(7), nullptr, 16);
    return 0;
}

bool isBpffs(const std::string &path) {
    struct statfs info{};
    return statfs(path.c_str(), &info) == 0 && static_cast<long>(info.f_type) == bpffsMagic;
}

} // namespace

KernelFacts kernelFacts() {
    LogCapture quiet;
    btf *types = btf__load_vmlinux_btf();
    KernelFacts f = facts(types);
    btf__free(types);
    return f;
}

KernelProbe kernelProbe() {
    LogCapture quiet;
    KernelProbe p;
    btf *types = btf__load_vmlinux_btf();
    static_cast<KernelFacts &>(p) = facts(types);
    p.release = release();
    p.lockdown = lockdown();
    uint64_t caps = effectiveCapabilities();
    p.capSysAdmin = caps >> capSysAdmin & 1;
    p.capPerfmon = caps >> capPerfmon & 1;
    p.capBpf = caps >> capBpf & 1;
    p.ringbuf = libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, nullptr) == 1;
    p.kprobe = access("/sys/bus/event_source/devices/kprobe/type", R_OK) == 0;
    if (types) {
        p.fentry = loadsTracing(types, "do_exit", BPF_TRACE_FENTRY);
        p.iterTask = loadsTracing(types, "bpf_iter_task", BPF_TRACE_ITER);
    }
    btf__free(types);
    return p;
}

bool ensureBpffs(const std::string &directory) {
    const std::string standard = "/sys/fs/bpf";
    if (directory.empty() || directory[0] != '/' || directory.find("/../") != std::string::npos)
        throw Error("no-bpffs", "the pin folder must be an absolute path: " + directory);
    if (directory.rfind(standard, 0) == 0 && !isBpffs(standard) &&
        mount("bpf", standard.c_str(), "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700"))
        throw Error("no-bpffs", "cannot mount bpffs at " + standard + "; mount it before start",
                    "mount", errno);
    bool created = false;
    for (size_t at = 1; at != std::string::npos;) {
        at = directory.find('/', at + 1);
        std::string part = directory.substr(0, at);
        created = mkdir(part.c_str(), 0700) == 0;
        if (!created && errno != EEXIST)
            throw Error(errno == EACCES || errno == EPERM ? "no-permission" : "no-bpffs",
                        "cannot create " + part + " on bpffs", "mkdir", errno);
    }
    if (!isBpffs(directory)) {
        if (created) rmdir(directory.c_str());
        throw Error("no-bpffs", directory + " is not on a bpf file system");
    }
    return created;
}

} // namespace inquest
