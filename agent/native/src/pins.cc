#include "pins.h"
#include "kprobe.h"
#include "error.h"
#include <algorithm>
#include <bpf/bpf.h>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace inquest {

namespace {

constexpr long bpffsMagic = 0xcafe4a11;

bool isBuildName(const std::string &name) {
    size_t dash = name.find('-');
    return dash != std::string::npos && dash > 0 && name.size() - dash - 1 == 12 &&
           name.find_first_not_of("0123456789") == dash &&
           name.find_first_not_of("0123456789abcdef", dash + 1) == std::string::npos;
}

std::vector<std::string> entries(const std::string &directory) {
    std::vector<std::string> names;
    DIR *stream = opendir(directory.c_str());
    if (!stream) return names;
    while (dirent *entry = readdir(stream)) {
        std::string name = entry->d_name;
        if (name != "." && name != "..") names.push_back(name);
    }
    closedir(stream);
    std::sort(names.begin(), names.end());
    return names;
}

std::string baseName(const std::string &path) { return path.substr(path.rfind('/') + 1); }

Pin describe(const std::string &directory) {
    Pin pin;
    pin.directory = directory;
    pin.layoutVersion = static_cast<unsigned>(strtoul(baseName(directory).c_str(), nullptr, 10));
    Fd meta(bpf_obj_get((directory + "/map_meta").c_str()));
    inq_meta value{};
    __u32 zero = 0;
    // A foreign layout may have a larger value: the name of the folder tells.
    if (!meta) return pin;
    bpf_map_info info{};
    __u32 length = sizeof info;
    pin.complete = true;
    if (bpf_obj_get_info_by_fd(meta.get(), &info, &length) || info.value_size != sizeof value ||
        bpf_map_lookup_elem(meta.get(), &zero, &value))
        return pin;
    pin.owner.assign(reinterpret_cast<char *>(value.owner),
                     std::min<size_t>(value.owner_length, INQ_OWNER_MAX));
    return pin;
}

void walk(const std::string &directory, int depth, std::vector<Pin> &found) {
    for (const std::string &name : entries(directory)) {
        std::string path = directory + "/" + name;
        struct stat info{};
        if (lstat(path.c_str(), &info) || !S_ISDIR(info.st_mode)) continue;
        if (isBuildName(name))
            found.push_back(describe(path));
        else if (depth > 0)
            walk(path, depth - 1, found);
    }
}

Fd openMap(const std::string &directory, const char *name) {
    std::string path = directory + "/map_" + name;
    Fd fd(bpf_obj_get(path.c_str()));
    if (!fd) fail("bpf", errno, "cannot open the pinned map " + path);
    return fd;
}

} // namespace

const std::vector<ProgramName> &programNames() {
    static const std::vector<ProgramName> names = {
        {"cgroup_mkdir", false, true},       {"cgroup_rmdir", false, true},
        {"process_exec_event", true, true},  {"sched_process_exec", false, true, "process_exec_event"},
        {"mark_victim", false, true},        {"signal_generate", false, true},
        {"process_exit_event", true, true},  {"sched_process_exit", false, true, "process_exit_event"},
        {"signal_deliver", true, true},      {"complete_seed", true, false},
        {"data_ready_event", true, true},    {"sk_data_ready", true, true, "data_ready_event"},
        {"sock_readable_fentry", true, true, "sk_data_ready"},
        {"sock_readable_kprobe", true, true, "sock_readable_fentry", "sock_def_readable"},
        {"process_fault", true, true},
    };
    return names;
}

const std::vector<const char *> &pinnedMaps() {
    static const std::vector<const char *> names = {"deaths",    "events",   "cgroups",        "containers",
                                                    "baselines", "counters", "runtime_sockets"};
    return names;
}

std::string buildName(const std::string &digest) {
    return std::to_string(INQ_LAYOUT_VERSION) + "-" + digest.substr(0, 12);
}

std::vector<Pin> buildFolders(const std::string &pinDir) {
    std::vector<Pin> found;
    walk(pinDir, 0, found);
    return found;
}

std::vector<Pin> listPins(const std::string &root) {
    std::vector<Pin> found;
    walk(root, 3, found);
    return found;
}

bool isWhole(const std::string &directory) {
    auto has = [&](const std::string &name) {
        return access((directory + "/" + name).c_str(), F_OK) == 0;
    };
    if (!has("map_meta")) return false;
    for (const char *name : pinnedMaps())
        if (!has(std::string("map_") + name)) return false;
    for (const ProgramName &p : programNames())
        if (!p.optional && !has(std::string("link_") + p.name) &&
            !(p.insteadOf && has(std::string("link_") + p.insteadOf)))
            return false;
    return true;
}

namespace {

/** Of programs that do the same only one is loaded, and only that is shown; where none is, the first. */
void dropAlternatives(std::vector<Program> &programs) {
    bool attached = false;
    auto find = [&](const std::string &name) {
        return std::find_if(programs.begin(), programs.end(), [&](const Program &p) { return p.name == name; });
    };
    std::vector<ProgramName> names(programNames().rbegin(), programNames().rend());
    for (const ProgramName &known : names) {
        auto at = find(known.name);
        if (!known.insteadOf) {
            bool replaced = attached && !at->attached;
            attached = false;
            if (replaced) programs.erase(at);
            continue;
        }
        if (at->attached) attached = true;
        else programs.erase(at);
    }
}

} // namespace

Handles openPinned(const std::string &directory) {
    Handles h;
    h.directory = directory;
    h.deaths = openMap(directory, "deaths");
    h.events = openMap(directory, "events");
    h.cgroups = openMap(directory, "cgroups");
    h.containers = openMap(directory, "containers");
    h.baselines = openMap(directory, "baselines");
    h.counters = openMap(directory, "counters");
    h.runtimeSockets = openMap(directory, "runtime_sockets");
    h.meta = openMap(directory, "meta");
    for (const ProgramName &known : programNames()) {
        Program p;
        p.name = known.name;
        p.program.reset(bpf_obj_get((directory + "/prog_" + known.name).c_str()));
        p.attached = p.program && (!known.attaches ||
                                   access((directory + "/link_" + known.name).c_str(), F_OK) == 0);
        if (p.program && !p.attached && known.function) {
            p.attachment = attachKprobe(p.program.get(), known.function);
            p.attached = static_cast<bool>(p.attachment);
        }
        if (!p.attached) {
            p.reason = "system";
            p.message = "not loaded by whoever pinned " + directory;
        }
        h.programs.push_back(std::move(p));
    }
    dropAlternatives(h.programs);
    return h;
}

void removeLinks(const std::string &directory) {
    for (const std::string &name : entries(directory))
        if (name.rfind("link_", 0) == 0) unlink((directory + "/" + name).c_str());
}

void removeBuild(const std::string &directory) {
    struct statfs info{};
    if (statfs(directory.c_str(), &info)) {
        if (errno == ENOENT) return;
        fail("statfs", errno, "cannot look at " + directory);
    }
    if (static_cast<long>(info.f_type) != bpffsMagic || !isBuildName(baseName(directory)))
        throw Error("system", directory + " is not a pin folder of Inquest");
    // The marker goes first: a crash from here on leaves a half-written folder.
    unlink((directory + "/map_meta").c_str());
    removeLinks(directory);
    for (const std::string &name : entries(directory)) unlink((directory + "/" + name).c_str());
    if (rmdir(directory.c_str()) && errno != ENOENT)
        fail("rmdir", errno, "cannot remove " + directory);
}

} // namespace inquest
