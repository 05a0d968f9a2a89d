#pragma once
#include "loader.h"
#include "reader.h"
#include <memory>
#include <napi.h>

namespace inquest {

/** What the thread-safe function outlives: it may fire after the session is gone. */
struct Delivery {
    std::unique_ptr<Reader> reader;
    Napi::FunctionReference onBatch, onError;
    napi_threadsafe_function notify = nullptr;
};

/** KernelSession of binding.ts. */
class Session : public Napi::ObjectWrap<Session> {
public:
    static Napi::Function define(Napi::Env env);
    explicit Session(const Napi::CallbackInfo &info);
    ~Session() override;

private:
    Napi::Value programs(const Napi::CallbackInfo &info);
    void seedContainers(const Napi::CallbackInfo &info);
    void watchRuntimes(const Napi::CallbackInfo &info);
    Napi::Value listContainers(const Napi::CallbackInfo &info);
    void start(const Napi::CallbackInfo &info);
    Napi::Value readCounters(const Napi::CallbackInfo &info);
    void stopReading(const Napi::CallbackInfo &info);
    void detach(const Napi::CallbackInfo &info);

    void requireOpen(Napi::Env env) const;
    void endThread();
    void finish(Napi::Env env);
    static void atExit(void *session);

    Opened opened_;
    std::shared_ptr<Delivery> delivery_;
    bool closed_ = false;
};

} // namespace inquest
