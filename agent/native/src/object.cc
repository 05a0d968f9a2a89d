#include "object.h"
#include "error.h"
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <cerrno>
#include <cstring>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace inquest {

namespace {

// Finds a `const volatile` by name and sets it before load.
template <typename T> void setConstant(bpf_object *object, const char *name, T value) {
    const btf *types = bpf_object__btf(object);
    bpf_map *map, *constants = nullptr;
    bpf_object__for_each_map(map, object) {
        const char *map_name = bpf_map__name(map);
        size_t length = strlen(map_name);
        if (length >= 7 && !strcmp(map_name + length - 7, ".rodata")) constants = map;
    }
    int section = btf__find_by_name_kind(types, ".rodata", BTF_KIND_DATASEC);
    if (!constants || section < 0) throw Error("layout-mismatch", "the object has no settings");
    size_t size = 0;
    char *bytes = const_cast<char *>(static_cast<const char *>(bpf_map__initial_value(constants, &size)));
    const btf_type *type = btf__type_by_id(types, section);
    const btf_var_secinfo *variable = btf_var_secinfos(type);
    for (int i = 0; i < btf_vlen(type); i++, variable++) {
        const char *found = btf__name_by_offset(types, btf__type_by_id(types, variable->type)->name_off);
        if (strcmp(found, name)) continue;
        if (variable->size != sizeof value || variable->offset + sizeof value > size) break;
        memcpy(bytes + variable->offset, &value, sizeof value);
        return;
    }
    throw Error("layout-mismatch", std::string("the object has no setting ") + name);
}

void checkLayout(bpf_object *object) {
    bpf_map *meta = bpf_object__find_map_by_name(object, "meta");
    bpf_map *containers = bpf_object__find_map_by_name(object, "containers");
    if (!meta || !containers || bpf_map__value_size(meta) != sizeof(inq_meta) ||
        bpf_map__value_size(containers) != sizeof(inq_container))
        throw Error("layout-mismatch", "addon and kernel object are not of the same build");
}

std::string refusedProgram(const std::string &log) {
    const std::string marker = "': failed to load";
    size_t end = log.rfind(marker);
    if (end == std::string::npos) return "";
    size_t start = log.rfind("prog '", end);
    return start == std::string::npos ? "" : log.substr(start + 6, end - start - 6);
}

bool isOptional(const std::string &name) {
    for (const ProgramName &p : programNames())
        if (name == p.name) return p.optional;
    return false;
}

/** Whether the agent is of no use without this one, or one that does the same. */
bool isMandatory(const ProgramName &program) {
    for (const ProgramName &p : programNames())
        if (!p.optional && (&p == &program || (p.insteadOf && !strcmp(p.insteadOf, program.name)))) return true;
    return false;
}

bool isKprobe(const std::string &name) {
    for (const ProgramName &p : programNames())
        if (name == p.name) return p.function != nullptr;
    return false;
}

/** What is known beforehand: libbpf gives up on an attach point that does not exist. */
std::vector<Program> hopeless(const KernelFacts &facts) {
    std::vector<Program> list;
    auto add = [&](const char *name, const char *message) {
        Program p;
        p.name = name;
        p.reason = "kernel-too-old";
        p.message = message;
        list.push_back(std::move(p));
    };
    const char *noEvent = facts.preemptsPrograms ? "tracefs is not mounted, or its events cannot be opened"
                                                 : "raw tracepoints serve before Linux 7";
    if (!facts.execEvents)
        for (const char *name : {"process_exec_event", "process_exit_event"}) add(name, noEvent);
    if (!facts.dataReadyEvent) add("data_ready_event", noEvent);
    if (!facts.dataReady) add("sk_data_ready", "the kernel has no tracepoint sk_data_ready (Linux 6.3)");
    if (!facts.dataReadyFentry)
        add("sock_readable_fentry", "the kernel takes no fentry program on sock_def_readable");
    return list;
}

void configure(bpf_object *object, const OpenOptions &o, const KernelFacts &facts) {
    setConstant<bool>(object, "memory_v1", facts.memoryV1);
    setConstant<bool>(object, "exit_has_group_dead", facts.exitHasGroupDead);
    setConstant<bool>(object, "mark_victim_has_task", facts.markVictimHasTask);
    setConstant<__u64>(object, "page_counter_max",
                       static_cast<__u64>(INT64_MAX) / static_cast<__u64>(sysconf(_SC_PAGESIZE)));
    setConstant<__u64>(object, "page_bytes", static_cast<__u64>(sysconf(_SC_PAGESIZE)));
    auto number = [&](const char *name, int64_t value) {
        if (value >= 0) setConstant<__u32>(object, name, static_cast<__u32>(value));
    };
    number("events_burst", o.eventsBurst);
    number("events_rate", o.eventsRate);
    number("deaths_burst", o.deathsBurst);
    number("deaths_rate", o.deathsRate);
    if (o.deathsBytes)
        bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "deaths"), o.deathsBytes);
    if (o.eventsBytes)
        bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "events"), o.eventsBytes);
}

} // namespace

Object::Object(const std::string &image, const OpenOptions &options) {
    // Before 5.11 maps count against it; afterwards failing means nothing.
    rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_MEMLOCK, &unlimited);
    KernelFacts facts = kernelFacts();
    if (!facts.btf)
        throw Error("no-btf", "the kernel has no BTF (/sys/kernel/btf/vmlinux): CONFIG_DEBUG_INFO_BTF");
    refused = hopeless(facts);
    try {
        while (!tryLoad(image, options, facts)) release();
    } catch (...) {
        release();
        throw;
    }
}

Object::~Object() { release(); }

void Object::release() {
    for (auto &[name, link] : links_) bpf_link__destroy(link);
    links_.clear();
    bpf_object__close(object_);
    object_ = nullptr;
}

bool Object::isRefused(const std::string &name) const {
    for (const Program &p : refused)
        if (p.name == name) return true;
    return false;
}

/** Of programs that do the same, the first that the kernel does not refuse. */
bool Object::isWanted(const ProgramName &program) const {
    if (isRefused(program.name)) return false;
    if (!program.insteadOf) return true;
    if (!isRefused(program.insteadOf)) return false;
    for (const ProgramName &better : programNames())
        if (!strcmp(better.name, program.insteadOf)) return !better.insteadOf || isRefused(better.insteadOf);
    return true;
}

bool Object::tryLoad(const std::string &image, const OpenOptions &options,
                     const KernelFacts &facts) {
    LogCapture log;
    LIBBPF_OPTS(bpf_object_open_opts, open);
    open.object_name = "inquest";
    object_ = bpf_object__open_mem(image.data(), image.size(), &open);
    if (!object_) failLoad(errno, log.text(), "cannot read the kernel object");
    checkLayout(object_);
    configure(object_, options, facts);
    for (const ProgramName &p : programNames()) {
        bpf_program *program = bpf_object__find_program_by_name(object_, p.name);
        if (!program) throw Error("layout-mismatch", std::string("no program ") + p.name);
        bpf_program__set_autoload(program, isWanted(p));
    }
    int err = bpf_object__load(object_);
    if (!err) return true;
    std::string culprit = refusedProgram(log.text());
    try {
        failLoad(-err, log.text(),
                 culprit.empty() ? "cannot load the kernel programs" : "cannot load " + culprit);
    } catch (Error &e) {
        if (!isOptional(culprit) || isRefused(culprit)) throw;
        Program p;
        p.name = culprit;
        p.reason = e.reason;
        p.message = e.message;
        refused.push_back(std::move(p));
    }
    return false;
}

int Object::map(const char *name) const {
    return bpf_object__find_map_fd_by_name(object_, name);
}

void Object::attach() {
    LogCapture log;
    for (const ProgramName &p : programNames()) {
        bpf_program *program = bpf_object__find_program_by_name(object_, p.name);
        if (!p.attaches || bpf_program__fd(program) < 0) continue;
        bpf_link *link = bpf_program__attach(program);
        if (!link) {
            if (isMandatory(p)) failLoad(errno, log.text(), std::string("cannot attach ") + p.name);
            Program failed;
            failed.name = p.name;
            failed.reason = "system";
            failed.message = strerror(errno);
            refused.push_back(std::move(failed));
            continue;
        }
        links_.emplace_back(p.name, link);
    }
}

void Object::pin(const std::string &directory) {
    if (mkdir(directory.c_str(), 0700))
        fail("mkdir", errno, "cannot create the pin folder " + directory);
    auto pinFd = [&](int fd, const std::string &name) {
        if (bpf_obj_pin(fd, (directory + "/" + name).c_str()))
            fail("bpf", errno, "cannot pin " + directory + "/" + name);
    };
    for (const char *name : pinnedMaps()) pinFd(map(name), std::string("map_") + name);
    for (const ProgramName &p : programNames()) {
        int fd = bpf_program__fd(bpf_object__find_program_by_name(object_, p.name));
        if (fd >= 0) pinFd(fd, std::string("prog_") + p.name);
    }
    for (auto &[name, link] : links_) {
        std::string path = directory + "/link_" + name;
        if (!bpf_obj_pin(bpf_link__fd(link), path.c_str())) continue;
        if (errno != EINVAL || !isKprobe(name)) fail("bpf", errno, "cannot pin " + path);
        // Before 5.15 that of a kprobe is no link to the kernel: whoever opens the folder attaches it anew.
        bpf_link__destroy(std::exchange(link, nullptr));
    }
    pinFd(map("meta"), "map_meta");
}

} // namespace inquest
