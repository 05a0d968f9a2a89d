// Between C++ and JavaScript values, and C++ and JavaScript errors.
#pragma once
#include "error.h"
#include "pins.h"
#include <napi.h>

namespace inquest {

/** The JavaScript Error for this one: reason, log, syscall, errno. */
Napi::Error toJs(Napi::Env env, const Error &error);

/** Runs `body`; what it throws arrives in JavaScript with a reason. */
template <typename Body> auto guarded(Napi::Env env, Body body) {
    try {
        return body();
    } catch (const Napi::Error &) {
        throw;
    } catch (const Error &error) {
        throw toJs(env, error);
    } catch (const std::exception &error) {
        throw toJs(env, Error("system", error.what()));
    }
}

/** Text of a fixed field: up to the first NUL, undecodable bytes replaced. */
Napi::String text(Napi::Env env, const unsigned char *bytes, size_t size);

std::string stringOption(const Napi::Object &o, const char *name, bool required);
int64_t numberOption(const Napi::Object &o, const char *name, int64_t fallback, int64_t maximum);
uint64_t bigintOption(const Napi::Object &o, const char *name, bool required, bool *present = nullptr);
Napi::Value pinList(Napi::Env env, const std::vector<Pin> &pins);

} // namespace inquest
