// The binding's table of contents; see binding.ts for what each one promises.
#include "convert.h"
#include "files.h"
#include "kernel.h"
#include "layout.h"
#include "notify.h"
#include "session.h"
#include "trim.h"
#include <cerrno>
#include <climits>
#include <cstdint>
#include <ctime>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>

namespace inquest {

namespace {

Napi::FunctionReference &sessionClass(Napi::Env env) {
    return *env.GetInstanceData<Napi::FunctionReference>();
}

Napi::Value probe(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    KernelProbe p = guarded(env, [] { return kernelProbe(); });
    Napi::Object result = Napi::Object::New(env);
    auto flag = [&](const char *name, bool value) {
        result.Set(name, Napi::Boolean::New(env, value));
    };
    result.Set("kernelRelease", p.release);
    result.Set("lockdown", p.lockdown.empty() ? env.Undefined()
                                              : Napi::Value(Napi::String::New(env, p.lockdown)));
    result.Set("cgroupMode", p.memoryV1 ? "v1" : "v2");
    flag("btf", p.btf);
    flag("capBpf", p.capBpf);
    flag("capPerfmon", p.capPerfmon);
    flag("capSysAdmin", p.capSysAdmin);
    flag("ringbuf", p.ringbuf);
    flag("markVictimHasTask", p.markVictimHasTask);
    flag("exitHasGroupDead", p.exitHasGroupDead);
    flag("preemptsPrograms", p.preemptsPrograms);
    flag("execEvents", p.execEvents);
    flag("dataReady", p.dataReady);
    flag("fentry", p.fentry);
    flag("kprobe", p.kprobe);
    flag("iterTask", p.iterTask);
    return result;
}

Napi::Value open(const Napi::CallbackInfo &info) {
    return sessionClass(info.Env()).New({info[0]});
}

// Records carry CLOCK_BOOTTIME, which Node.js cannot read. The narrowest of several
// readings bounds the error by the time between the two calls.
Napi::Value host(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    auto ns = [](clockid_t id) {
        timespec now{};
        clock_gettime(id, &now);
        return static_cast<int64_t>(now.tv_sec) * 1000000000 + now.tv_nsec;
    };
    int64_t offset = 0, narrowest = INT64_MAX;
    for (int i = 0; i < 8; i++) {
        int64_t before = ns(CLOCK_BOOTTIME), wall = ns(CLOCK_REALTIME), after = ns(CLOCK_BOOTTIME);
        if (after - before >= narrowest) continue;
        narrowest = after - before;
        offset = wall - (before + narrowest / 2);
    }
    Napi::Object result = Napi::Object::New(env);
    result.Set("bootOffsetNs", Napi::BigInt::New(env, offset));
    result.Set("pageBytes", Napi::Number::New(env, static_cast<double>(sysconf(_SC_PAGESIZE))));
    return result;
}

Napi::Value peerCredentials(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    if (!info[0].IsNumber()) throw Napi::TypeError::New(env, "fd must be a number");
    int fd = info[0].As<Napi::Number>().Int32Value();
    ucred peer{};
    socklen_t length = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length))
        throw toJs(env, Error("system", "cannot tell who the peer is", "getsockopt", errno));
    // 65536 is NGROUPS_MAX.
    std::vector<gid_t> groups(64);
    length = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    int err = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &length);
    if (err && errno == ERANGE) {
        groups.resize(65536);
        length = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
        err = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &length);
    }
    // A socketpair has no groups: that is an answer too.
    groups.resize(err ? 0 : length / sizeof(gid_t));
    Napi::Array list = Napi::Array::New(env, groups.size());
    for (uint32_t i = 0; i < groups.size(); i++) list[i] = Napi::Number::New(env, groups[i]);
    Napi::Object result = Napi::Object::New(env);
    result.Set("pid", Napi::Number::New(env, peer.pid));
    result.Set("uid", Napi::Number::New(env, peer.uid));
    result.Set("gid", Napi::Number::New(env, peer.gid));
    result.Set("groups", list);
    return result;
}

std::string path(const Napi::CallbackInfo &info) {
    if (!info[0].IsString()) throw Napi::TypeError::New(info.Env(), "the path must be a string");
    return info[0].As<Napi::String>().Utf8Value();
}

Napi::Value pins(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    std::string root = path(info);
    return pinList(env, guarded(env, [&] { return listPins(root); }));
}

void unpin(const Napi::CallbackInfo &info) {
    std::string directory = path(info);
    guarded(info.Env(), [&] { removeBuild(directory); });
}

void notifyManager(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    if (!info[0].IsString() || !info[1].IsString())
        throw Napi::TypeError::New(env, "socket and state must be strings");
    std::string socket = info[0].As<Napi::String>().Utf8Value();
    std::string state = info[1].As<Napi::String>().Utf8Value();
    guarded(env, [&] { notify(socket, state); });
}

Napi::Value openFileBeneath(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    if (!info[0].IsString() || !info[1].IsString())
        throw Napi::TypeError::New(env, "folder and path must be strings");
    std::string folder = info[0].As<Napi::String>().Utf8Value();
    std::string name = info[1].As<Napi::String>().Utf8Value();
    OpenedFile file = guarded(env, [&] { return openBeneath(folder, name); });
    Napi::Object result = Napi::Object::New(env);
    result.Set("major", Napi::Number::New(env, major(file.info.st_dev)));
    result.Set("minor", Napi::Number::New(env, minor(file.info.st_dev)));
    result.Set("inode", Napi::BigInt::New(env, static_cast<uint64_t>(file.info.st_ino)));
    result.Set("fd", Napi::Number::New(env, file.fd.release()));
    return result;
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
    env.SetInstanceData(new Napi::FunctionReference(Napi::Persistent(Session::define(env))));
    exports.Set("layout", layoutTable(env));
    exports.Set("probe", Napi::Function::New(env, probe));
    exports.Set("open", Napi::Function::New(env, open));
    exports.Set("listPins", Napi::Function::New(env, pins));
    exports.Set("removePins", Napi::Function::New(env, unpin));
    exports.Set("trim", Napi::Function::New(env, [](const Napi::CallbackInfo &) { trim(); }));
    exports.Set("host", Napi::Function::New(env, host));
    exports.Set("openBeneath", Napi::Function::New(env, openFileBeneath));
    exports.Set("notify", Napi::Function::New(env, notifyManager));
    exports.Set("peerCredentials", Napi::Function::New(env, peerCredentials));
    return exports;
}

NODE_API_MODULE(inquest, initialise)

} // namespace

} // namespace inquest
