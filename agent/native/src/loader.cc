#include "loader.h"
#include "error.h"
#include "kernel.h"
#include "object.h"
#include "ring.h"
#include "sha256.h"
#include <bpf/bpf.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <set>
#include <sstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

namespace inquest {

namespace {

std::string readObject(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream bytes;
    if (!file || !(bytes << file.rdbuf()))
        throw Error("object-missing", "cannot read the kernel object " + path, "open", errno);
    return bytes.str();
}

// Settings are part of the programs, so they are part of the build's name.
std::string digestOf(const std::string &image, const OpenOptions &o) {
    std::ostringstream settings;
    settings << '\0' << o.deathsBytes << ' ' << o.eventsBytes << ' ' << o.eventsBurst << ' '
             << o.eventsRate << ' ' << o.deathsBurst << ' ' << o.deathsRate;
    return sha256(image + settings.str());
}

Fd lockFolder(const std::string &pinDir) {
    Fd fd(open(pinDir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) fail("open", errno, "cannot open " + pinDir);
    // Two readers of one ring would each see half of it.
    if (flock(fd.get(), LOCK_EX | LOCK_NB))
        fail("flock", errno, "another session uses the pin folder " + pinDir);
    return fd;
}

void writeMeta(int map, const std::string &owner) {
    inq_meta meta{};
    __u32 zero = 0;
    meta.layout_version = INQ_LAYOUT_VERSION;
    meta.owner_length = static_cast<__u32>(std::min<size_t>(owner.size(), INQ_OWNER_MAX));
    meta.loaded_ns = bootTimeNs();
    memcpy(meta.owner, owner.data(), meta.owner_length);
    if (bpf_map_update_elem(map, &zero, &meta, BPF_ANY)) fail("bpf", errno, "cannot write the owner");
}

template <typename Value> std::set<__u64> copyMap(int from, int to) {
    std::set<__u64> keys;
    __u64 key = 0, *previous = nullptr;
    Value value{};
    while (bpf_map_get_next_key(from, previous, &key) == 0) {
        if (bpf_map_lookup_elem(from, &key, &value) == 0) {
            bpf_map_update_elem(to, &key, &value, BPF_NOEXIST);
            keys.insert(key);
        }
        previous = &key;
        // A key removed under the walk restarts it; enough is enough.
        if (keys.size() > 65536) break;
    }
    return keys;
}

// What the older build knew of containers; main processes included.
void copyState(const Handles &from, const Object &to, std::set<__u64> &copied) {
    for (__u64 key : copyMap<inq_container>(from.containers.get(), to.map("containers")))
        copied.insert(key);
    for (__u64 key : copyMap<__u64>(from.cgroups.get(), to.map("cgroups"))) copied.insert(key);
    copyMap<inq_baseline>(from.baselines.get(), to.map("baselines"));
}

// Removed after the first copy and before the new programs could see it.
void forgetGone(const Handles &from, const Object &to, const std::set<__u64> &copied) {
    __u64 ignored;
    for (__u64 key : copied) {
        if (bpf_map_lookup_elem(from.cgroups.get(), &key, &ignored) == 0) continue;
        bpf_map_delete_elem(to.map("cgroups"), &key);
        bpf_map_delete_elem(to.map("containers"), &key);
    }
}

void drainOld(const Handles &old, uint64_t cutoverNs, std::vector<uint8_t> &into) {
    for (int fd : {old.deaths.get(), old.events.get()}) {
        Ring ring(fd);
        ring.read(into, SIZE_MAX, [&](const inq_header &h) { return h.time_ns < cutoverNs; });
        ring.publish(ring.position());
    }
}

// Kept in a map, since a pin is all that a folder of bpffs holds.
void writeCutover(const std::string &directory, uint64_t cutoverNs) {
    Fd map(bpf_map_create(BPF_MAP_TYPE_ARRAY, "inq_cutover", sizeof(__u32), sizeof(__u64), 1, nullptr));
    __u32 key = 0;
    __u64 value = cutoverNs;
    std::string path = directory + "/map_cutover";
    if (!map || bpf_map_update_elem(map.get(), &key, &value, BPF_ANY) || bpf_obj_pin(map.get(), path.c_str()))
        fail("bpf", errno, "cannot write " + path);
}

/** When this build took over from those that were left beside it; 0 where none were. */
uint64_t takeCutover(const std::string &directory) {
    std::string path = directory + "/map_cutover";
    Fd map(bpf_obj_get(path.c_str()));
    __u32 key = 0;
    __u64 value = 0;
    if (!map || bpf_map_lookup_elem(map.get(), &key, &value)) return 0;
    unlink(path.c_str());
    return value;
}

void load(const std::string &image, const std::string &directory, const OpenOptions &options,
          Opened &result) {
    std::vector<Handles> older;
    for (const Pin &pin : buildFolders(options.pinDir)) {
        if (pin.complete && pin.layoutVersion == INQ_LAYOUT_VERSION && isWhole(pin.directory)) {
            older.push_back(openPinned(pin.directory));
        } else {
            if (pin.layoutVersion != INQ_LAYOUT_VERSION) result.abandoned.push_back(pin.directory);
            removeBuild(pin.directory);
        }
    }
    Object object(image, options);
    writeMeta(object.map("meta"), options.owner);
    std::set<__u64> copied;
    for (const Handles &old : older) copyState(old, object, copied);
    object.attach();
    for (const Handles &old : older) {
        std::set<__u64> late;
        copyState(old, object, late);
        forgetGone(old, object, copied);
    }
    if (!older.empty()) result.cutoverNs = bootTimeNs();
    try {
        object.pin(directory);
        if (options.leaveOlder && !older.empty()) writeCutover(directory, result.cutoverNs);
        result.handles = openPinned(directory);
    } catch (...) {
        removeBuild(directory);
        throw;
    }
    for (const Handles &old : older) {
        removeLinks(old.directory);
        if (options.leaveOlder) continue;
        // Programs that were already running finish within this.
        timespec grace{0, 20000000};
        nanosleep(&grace, nullptr);
        drainOld(old, result.cutoverNs, result.inherited);
        removeBuild(old.directory);
    }
    for (Program &refused : object.refused)
        for (Program &known : result.handles.programs)
            if (known.name == refused.name) {
                known.reason = refused.reason;
                known.message = refused.message;
            }
}

Opened openFolder(const std::string &image, const OpenOptions &options) {
    LogCapture quiet;
    Opened result;
    result.lock = lockFolder(options.pinDir);
    std::string directory = options.pinDir + "/" + buildName(digestOf(image, options));
    if (!isWhole(directory)) {
        load(image, directory, options, result);
        return result;
    }
    result.handles = openPinned(directory);
    result.adopted = true;
    if (options.leaveOlder) return result;
    result.cutoverNs = takeCutover(directory);
    for (const Pin &pin : buildFolders(options.pinDir)) {
        if (pin.directory == directory) continue;
        if (pin.layoutVersion != INQ_LAYOUT_VERSION) result.abandoned.push_back(pin.directory);
        else if (pin.complete && result.cutoverNs != 0)
            drainOld(openPinned(pin.directory), result.cutoverNs, result.inherited);
        removeBuild(pin.directory);
    }
    return result;
}

} // namespace

Opened openKernel(const OpenOptions &options) {
    std::string image = readObject(options.objectPath);
    bool created = ensureBpffs(options.pinDir);
    try {
        return openFolder(image, options);
    } catch (...) {
        if (created) rmdir(options.pinDir.c_str());
        throw;
    }
}

} // namespace inquest
