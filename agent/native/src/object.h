// The compiled programs: settings, trial loads, attaching, pinning.
#pragma once
#include "kernel.h"
#include "loader.h"
#include <memory>

struct bpf_object;
struct bpf_link;

namespace inquest {

/** A loaded object with every program that this kernel takes. */
class Object {
public:
    /** Loads, dropping optional programs that the kernel refuses. Throws Error. */
    Object(const std::string &image, const OpenOptions &options);
    ~Object();
    Object(const Object &) = delete;
    Object &operator=(const Object &) = delete;

    /** Descriptor of a map, owned by the object. */
    int map(const char *name) const;
    void attach();
    /** Pins everything, the marker last; removes the folder again when it fails. */
    void pin(const std::string &directory);
    /** Refused programs, with the reason. */
    std::vector<Program> refused;

private:
    bool tryLoad(const std::string &image, const OpenOptions &options, const KernelFacts &facts);
    void release();
    bool isRefused(const std::string &name) const;
    bool isWanted(const ProgramName &program) const;

    bpf_object *object_ = nullptr;
    std::vector<std::pair<std::string, bpf_link *>> links_;
};

} // namespace inquest
