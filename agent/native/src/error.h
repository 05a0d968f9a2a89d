// Errors with a reason from a closed set, and libbpf's log, bounded.
#pragma once
#include <exception>
#include <string>

namespace inquest {

/** One of the reasons of binding.ts; anything unforeseen is "system". */
class Error : public std::exception {
public:
    Error(std::string reason, std::string message, std::string syscall = {}, int number = 0,
          std::string log = {})
        : reason(std::move(reason)), message(std::move(message)), syscall(std::move(syscall)),
          number(number), log(std::move(log)) {}
    const char *what() const noexcept override { return message.c_str(); }

    std::string reason, message, syscall;
    int number;
    std::string log;
};

/** Collects what libbpf prints on this thread while it lives: the last 16 KiB. */
class LogCapture {
public:
    LogCapture();
    ~LogCapture();
    LogCapture(const LogCapture &) = delete;
    LogCapture &operator=(const LogCapture &) = delete;
    void clear();
    const std::string &text() const;
};

/** Throws for a failed system call. `number` is an errno value, positive. */
[[noreturn]] void fail(const std::string &call, int number, const std::string &what);

/** Throws with the reason that errno, lockdown and libbpf's log point to. */
[[noreturn]] void failLoad(int number, const std::string &log, const std::string &what);

/** Current value of /sys/kernel/security/lockdown, or "" where there is none. */
std::string lockdown();

} // namespace inquest
