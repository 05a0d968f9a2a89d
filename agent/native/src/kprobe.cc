#include "kprobe.h"
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

namespace inquest {

Fd attachKprobe(int program, const char *function) {
    std::ifstream kind("/sys/bus/event_source/devices/kprobe/type");
    perf_event_attr attributes{};
    if (!(kind >> attributes.type)) {
        errno = ENOENT;
        return Fd();
    }
    attributes.size = sizeof attributes;
    attributes.config1 = reinterpret_cast<uintptr_t>(function);
    // Of the kernel as a whole: the processor that is named only says where the event is kept.
    Fd event(static_cast<int>(
        syscall(SYS_perf_event_open, &attributes, -1, 0, -1, PERF_FLAG_FD_CLOEXEC)));
    if (!event || ioctl(event.get(), PERF_EVENT_IOC_SET_BPF, program) ||
        ioctl(event.get(), PERF_EVENT_IOC_ENABLE, 0))
        return Fd();
    return event;
}

} // namespace inquest
