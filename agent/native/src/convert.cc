#include "convert.h"
#include <cmath>
#include <cstring>
#include <cerrno>

namespace inquest {

Napi::Error toJs(Napi::Env env, const Error &error) {
    Napi::Error js = Napi::Error::New(env, error.message);
    Napi::Object value = js.Value();
    value.Set("reason", error.reason);
    value.Set("log", Napi::String::New(env, error.log));
    if (!error.syscall.empty()) value.Set("syscall", error.syscall);
    if (error.number) value.Set("errno", Napi::Number::New(env, error.number));
    return js;
}

Napi::String text(Napi::Env env, const unsigned char *bytes, size_t size) {
    const char *start = reinterpret_cast<const char *>(bytes);
    return Napi::String::New(env, start, strnlen(start, size));
}

std::string stringOption(const Napi::Object &o, const char *name, bool required) {
    Napi::Value value = o.Get(name);
    if (value.IsUndefined() && !required) return "";
    if (!value.IsString())
        throw Napi::TypeError::New(o.Env(), std::string(name) + " must be a string");
    return value.As<Napi::String>().Utf8Value();
}

int64_t numberOption(const Napi::Object &o, const char *name, int64_t fallback, int64_t maximum) {
    Napi::Value value = o.Get(name);
    if (value.IsUndefined()) return fallback;
    double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : NAN;
    if (!(number >= 0 && number <= static_cast<double>(maximum)) || number != std::floor(number))
        throw Napi::RangeError::New(o.Env(), std::string(name) + " must be a whole number from 0 to " +
                                                 std::to_string(maximum));
    return static_cast<int64_t>(number);
}

uint64_t bigintOption(const Napi::Object &o, const char *name, bool required, bool *present) {
    Napi::Value value = o.Get(name);
    if (present) *present = !value.IsUndefined();
    if (value.IsUndefined() && !required) return 0;
    bool lossless = false;
    uint64_t number = value.IsBigInt() ? value.As<Napi::BigInt>().Uint64Value(&lossless) : 0;
    if (!lossless)
        throw Napi::TypeError::New(o.Env(), std::string(name) + " must be an unsigned 64-bit bigint");
    return number;
}

Napi::Value pinList(Napi::Env env, const std::vector<Pin> &pins) {
    Napi::Array list = Napi::Array::New(env);
    for (const Pin &pin : pins) {
        Napi::Object entry = Napi::Object::New(env);
        entry.Set("dir", pin.directory);
        entry.Set("owner", pin.owner);
        entry.Set("layoutVersion", Napi::Number::New(env, pin.layoutVersion));
        entry.Set("complete", Napi::Boolean::New(env, pin.complete));
        list.Set(list.Length(), entry);
    }
    return list;
}

} // namespace inquest
