#include "error.h"
#include <bpf/libbpf.h>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace inquest {

namespace {

constexpr size_t logLimit = 16 * 1024;
thread_local std::string *sink = nullptr;
thread_local std::string captured;

int collect(enum libbpf_print_level level, const char *format, va_list arguments) {
    if (!sink || level == LIBBPF_DEBUG) return 0;
    // The verifier's whole log comes as one message, of up to megabytes.
    char *line = nullptr;
    int length = vasprintf(&line, format, arguments);
    if (length < 0) return 0;
    sink->append(line, static_cast<size_t>(length));
    free(line);
    // The verifier says what is wrong at the end.
    if (sink->size() > logLimit) sink->erase(0, sink->size() - logLimit);
    return 0;
}

} // namespace

LogCapture::LogCapture() {
    static const bool installed = (libbpf_set_print(collect), true);
    (void)installed;
    captured.clear();
    sink = &captured;
}
LogCapture::~LogCapture() { sink = nullptr; }
void LogCapture::clear() { captured.clear(); }
const std::string &LogCapture::text() const { return captured; }

void fail(const std::string &call, int number, const std::string &what) {
    std::string reason = number == EPERM || number == EACCES ? "no-permission" : "system";
    throw Error(reason, what + ": " + strerror(number), call, number);
}

std::string lockdown() {
    std::string line;
    std::getline(std::ifstream("/sys/kernel/security/lockdown") >> std::ws, line);
    size_t open = line.find('['), close = line.find(']');
    if (open == std::string::npos || close == std::string::npos) return "";
    return line.substr(open + 1, close - open - 1);
}

void failLoad(int number, const std::string &log, const std::string &what) {
    auto says = [&](const char *text) { return log.find(text) != std::string::npos; };
    std::string reason = "system";
    if (number == EPERM)
        reason = lockdown() == "confidentiality" ? "lockdown" : "no-permission";
    else if (says("BTF is required") || says("failed to find valid kernel BTF"))
        reason = "no-btf";
    else if (says("processed ") && says(" insns"))
        reason = "verifier";
    else if (libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, nullptr) == 0)
        reason = "kernel-too-old";
    else if (number == EACCES)
        reason = "no-permission";
    throw Error(reason, what + ": " + strerror(number), "bpf", number, log);
}

} // namespace inquest
