#include "session.h"
#include "convert.h"
#include "maps.h"

namespace inquest {

namespace {

constexpr int64_t ringMaximum = 1 << 30;

Napi::Value bigint(Napi::Env env, uint64_t value) { return Napi::BigInt::New(env, value); }

uint32_t ringBytes(const Napi::Object &o, const char *name) {
    int64_t bytes = numberOption(o, name, 0, ringMaximum);
    if (bytes && (bytes < 65536 || (bytes & (bytes - 1))))
        throw Napi::RangeError::New(o.Env(), std::string(name) + " must be a power of two from 65536");
    return static_cast<uint32_t>(bytes);
}

// A callback that throws must not take the reader with it.
void call(Napi::Env env, const Napi::FunctionReference &callback, Napi::Value argument) {
    try {
        callback.Call({argument});
    } catch (const Napi::Error &) {
        if (env.IsExceptionPending()) env.GetAndClearPendingException();
    }
}

void deliverOne(Napi::Env env, Delivery &d) {
    Batch batch;
    if (std::string failure = d.reader->failure(); !failure.empty())
        call(env, d.onError, toJs(env, Error("system", failure)).Value());
    if (!d.reader->take(batch)) return;
    if (!batch.bytes.empty()) {
        // Copied into memory of the engine's own, which aligns it and frees it.
        Napi::ArrayBuffer memory = Napi::ArrayBuffer::New(env, batch.bytes.size());
        memcpy(memory.Data(), batch.bytes.data(), batch.bytes.size());
        try {
            d.onBatch.Call({Napi::Uint8Array::New(env, batch.bytes.size(), memory, 0)});
        } catch (const Napi::Error &error) {
            call(env, d.onError, error.Value());
        }
    }
    d.reader->taken(batch);
}

void onNotify(napi_env env, napi_value, void *context, void *) {
    if (!env) return;
    auto &delivery = *static_cast<std::shared_ptr<Delivery> *>(context);
    if (!delivery->reader) return;
    Napi::HandleScope scope(env);
    deliverOne(env, *delivery);
}

} // namespace

Napi::Function Session::define(Napi::Env env) {
    return DefineClass(env, "KernelSession",
                       {InstanceMethod<&Session::programs>("programs"),
                        InstanceMethod<&Session::seedContainers>("seed"),
                        InstanceMethod<&Session::watchRuntimes>("watchRuntimes"),
                        InstanceMethod<&Session::listContainers>("containers"),
                        InstanceMethod<&Session::start>("start"),
                        InstanceMethod<&Session::readCounters>("counters"),
                        InstanceMethod<&Session::stopReading>("stop"),
                        InstanceMethod<&Session::detach>("detach")});
}

Session::Session(const Napi::CallbackInfo &info) : ObjectWrap(info) {
    Napi::Env env = info.Env();
    if (!info[0].IsObject()) throw Napi::TypeError::New(env, "options must be an object");
    Napi::Object o = info[0].As<Napi::Object>();
    OpenOptions options;
    options.objectPath = stringOption(o, "objectPath", true);
    options.pinDir = stringOption(o, "pinDir", true);
    options.owner = stringOption(o, "owner", false);
    options.leaveOlder = o.Get("leaveOlder").ToBoolean();
    options.deathsBytes = ringBytes(o, "deathsBytes");
    options.eventsBytes = ringBytes(o, "eventsBytes");
    options.eventsBurst = numberOption(o, "eventsBurst", -1, UINT32_MAX);
    options.eventsRate = numberOption(o, "eventsRate", -1, UINT32_MAX);
    options.deathsBurst = numberOption(o, "deathsBurst", -1, UINT32_MAX);
    options.deathsRate = numberOption(o, "deathsRate", -1, UINT32_MAX);
    if (options.owner.size() > INQ_OWNER_MAX)
        throw Napi::RangeError::New(env, "owner must not be longer than 256 bytes");
    opened_ = guarded(env, [&] { return openKernel(options); });

    Napi::Object self = info.This().As<Napi::Object>();
    Napi::Array abandoned = Napi::Array::New(env);
    for (const std::string &folder : opened_.abandoned)
        abandoned.Set(abandoned.Length(), Napi::String::New(env, folder));
    auto constant = [&](const char *name, Napi::Value value) {
        self.DefineProperty(Napi::PropertyDescriptor::Value(name, value, napi_enumerable));
    };
    constant("origin", Napi::String::New(env, opened_.adopted ? "adopted" : "loaded"));
    constant("directory", Napi::String::New(env, opened_.handles.directory));
    constant("abandonedPins", abandoned);
}

Session::~Session() {
    if (delivery_) {
        napi_remove_env_cleanup_hook(Env(), atExit, this);
        endThread();
    }
}

void Session::requireOpen(Napi::Env env) const {
    if (closed_) throw toJs(env, Error("system", "the kernel session is closed"));
}

Napi::Value Session::programs(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    requireOpen(env);
    Napi::Array list = Napi::Array::New(env);
    for (const Program &p : opened_.handles.programs) {
        ProgramCost cost = programCost(p.program.get());
        Napi::Object entry = Napi::Object::New(env);
        entry.Set("name", p.name);
        entry.Set("attached", Napi::Boolean::New(env, p.attached));
        if (!p.attached) {
            Napi::Object error = Napi::Object::New(env);
            error.Set("reason", p.reason);
            error.Set("message", p.message);
            entry.Set("error", error);
        }
        entry.Set("recursionMisses", bigint(env, cost.recursionMisses));
        entry.Set("runTimeNs", bigint(env, cost.runTimeNs));
        entry.Set("runCount", bigint(env, cost.runCount));
        list.Set(list.Length(), entry);
    }
    return list;
}

void Session::seedContainers(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    requireOpen(env);
    if (!info[0].IsArray()) throw Napi::TypeError::New(env, "entries must be an array");
    Napi::Array list = info[0].As<Napi::Array>();
    std::vector<SeedEntry> entries;
    for (uint32_t i = 0; i < list.Length(); i++) {
        Napi::HandleScope scope(env);
        Napi::Value item = list[i];
        if (!item.IsObject()) throw Napi::TypeError::New(env, "an entry must be an object");
        Napi::Object o = item.As<Napi::Object>();
        SeedEntry e;
        e.cgroup = bigintOption(o, "cgroupId", true);
        e.nestedOf = bigintOption(o, "nestedOf", false);
        e.outer = bigintOption(o, "outer", false);
        e.mainStartNs = bigintOption(o, "mainStartNs", false);
        e.runtime = static_cast<uint32_t>(numberOption(o, "runtime", 0, UINT32_MAX));
        e.mainPid = static_cast<uint32_t>(numberOption(o, "mainPid", 0, UINT32_MAX));
        e.id = stringOption(o, "id", true);
        e.path = stringOption(o, "path", false);
        entries.push_back(std::move(e));
    }
    guarded(env, [&] { seed(opened_.handles, entries); });
}

void Session::watchRuntimes(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    requireOpen(env);
    if (!info[0].IsArray()) throw Napi::TypeError::New(env, "sockets must be an array");
    Napi::Array list = info[0].As<Napi::Array>();
    std::vector<RuntimeSocket> sockets;
    for (uint32_t i = 0; i < list.Length(); i++) {
        Napi::HandleScope scope(env);
        Napi::Value item = list[i];
        if (!item.IsObject()) throw Napi::TypeError::New(env, "a socket must be an object");
        Napi::Object o = item.As<Napi::Object>();
        RuntimeSocket socket;
        socket.path = stringOption(o, "path", true);
        if (socket.path.size() >= INQ_SOCKET_PATH_MAX)
            throw Napi::RangeError::New(env, "a socket's path must be shorter than 108 bytes");
        socket.value.runtime = static_cast<uint32_t>(numberOption(o, "runtime", 0, UINT32_MAX));
        socket.value.protocol = static_cast<uint32_t>(numberOption(o, "protocol", INQ_PROTOCOL_HTTP, UINT32_MAX));
        socket.value.uid = static_cast<uint32_t>(numberOption(o, "uid", 0, UINT32_MAX));
        sockets.push_back(std::move(socket));
    }
    guarded(env, [&] { watchSockets(opened_.handles, sockets); });
}

Napi::Value Session::listContainers(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    requireOpen(env);
    Napi::Array list = Napi::Array::New(env);
    for (const KnownContainer &known : guarded(env, [&] { return containers(opened_.handles); })) {
        const inq_container &c = known.value;
        Napi::Object entry = Napi::Object::New(env);
        Napi::Array suppressed = Napi::Array::New(env, INQ_KINDS);
        for (uint32_t kind = 0; kind < INQ_KINDS; kind++)
            suppressed[kind] = Napi::Number::New(env, static_cast<double>(c.suppressed[kind]));
        entry.Set("cgroupId", bigint(env, known.cgroup));
        entry.Set("id", text(env, c.id, sizeof c.id));
        entry.Set("path", text(env, c.path, sizeof c.path));
        entry.Set("outer", bigint(env, c.outer));
        entry.Set("runtime", Napi::Number::New(env, c.runtime));
        entry.Set("mainPid", Napi::Number::New(env, c.main_pid));
        entry.Set("mainStartNs", bigint(env, c.main_start_ns));
        entry.Set("mainIsNsInit", Napi::Boolean::New(env, c.main_rank == INQ_MAIN_NS_INIT));
        entry.Set("mainExited", Napi::Boolean::New(env, c.main_exited != 0));
        entry.Set("nested", Napi::Number::New(env, static_cast<double>(c.nested)));
        entry.Set("suppressed", suppressed);
        list.Set(list.Length(), entry);
    }
    return list;
}

void Session::start(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    requireOpen(env);
    if (delivery_) throw toJs(env, Error("system", "the kernel session is already started"));
    if (!info[0].IsFunction() || !info[1].IsFunction())
        throw Napi::TypeError::New(env, "start needs onBatch and onError");
    auto delivery = std::make_shared<Delivery>();
    delivery->onBatch = Napi::Persistent(info[0].As<Napi::Function>());
    delivery->onError = Napi::Persistent(info[1].As<Napi::Function>());
    delivery->reader = guarded(env, [&] {
        return std::make_unique<Reader>(opened_.handles.deaths.get(), opened_.handles.events.get(),
                                        opened_.cutoverNs, std::move(opened_.inherited));
    });
    auto *context = new std::shared_ptr<Delivery>(delivery);
    napi_status status = napi_create_threadsafe_function(
        env, nullptr, nullptr, Napi::String::New(env, "inquest"), 0, 1, context,
        [](napi_env, void *data, void *) { delete static_cast<std::shared_ptr<Delivery> *>(data); },
        context, onNotify, &delivery->notify);
    if (status != napi_ok) {
        delete context;
        throw toJs(env, Error("system", "cannot create the thread-safe function"));
    }
    delivery_ = delivery;
    Ref();
    napi_add_env_cleanup_hook(env, atExit, this);
    delivery->reader->start([notify = delivery->notify] {
        napi_call_threadsafe_function(notify, nullptr, napi_tsfn_nonblocking);
    });
}

Napi::Value Session::readCounters(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    requireOpen(env);
    std::vector<inq_counter> sums = guarded(env, [&] { return counters(opened_.handles); });
    auto one = [&](uint32_t kind) {
        Napi::Object entry = Napi::Object::New(env);
        entry.Set("kind", Napi::Number::New(env, kind));
        entry.Set("seen", bigint(env, sums[kind].seen));
        entry.Set("written", bigint(env, sums[kind].written));
        entry.Set("lost", bigint(env, sums[kind].lost));
        entry.Set("suppressed", bigint(env, sums[kind].suppressed));
        bool reading = delivery_ && delivery_->reader;
        entry.Set("received", bigint(env, reading ? delivery_->reader->received(kind) : 0));
        return entry;
    };
    Napi::Object result = Napi::Object::New(env);
    Napi::Array kinds = Napi::Array::New(env);
    for (uint32_t kind = INQ_CONTAINER_CREATED; kind <= INQ_KIND_LAST; kind++)
        kinds.Set(kinds.Length(), one(kind));
    result.Set("kinds", kinds);
    result.Set("containersFull", bigint(env, sums[INQ_COUNT_CONTAINERS_FULL].seen));
    result.Set("nestedOverflow", bigint(env, sums[INQ_COUNT_NESTED_OVERFLOW].seen));
    return result;
}

/** Ends the thread only: for a dying environment, where no JavaScript may run. */
void Session::endThread() {
    if (!delivery_ || !delivery_->reader) return;
    delivery_->reader->stop();
    if (delivery_->notify)
        napi_release_threadsafe_function(std::exchange(delivery_->notify, nullptr), napi_tsfn_abort);
}

void Session::atExit(void *session) { static_cast<Session *>(session)->endThread(); }

/** Ends the thread, delivers what is left, and closes. */
void Session::finish(Napi::Env env) {
    closed_ = true;
    if (!delivery_) return;
    std::shared_ptr<Delivery> delivery = delivery_;
    delivery->reader->stop();
    delivery->reader->drain();
    while (delivery->reader->pending()) {
        Napi::HandleScope scope(env);
        deliverOne(env, *delivery);
    }
    napi_remove_env_cleanup_hook(env, atExit, this);
    endThread();
    delivery_.reset();
    Unref();
}

void Session::stopReading(const Napi::CallbackInfo &info) {
    if (closed_) return;
    finish(info.Env());
    opened_ = Opened{};
}

void Session::detach(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    if (closed_) return;
    std::string directory = opened_.handles.directory;
    // Links first, so that the last drain is the last word.
    guarded(env, [&] { removeLinks(directory); });
    for (Program &program : opened_.handles.programs) program.attachment.reset();
    finish(env);
    guarded(env, [&] { removeBuild(directory); });
    size_t slash = directory.rfind('/');
    rmdir(directory.substr(0, slash).c_str());
    opened_ = Opened{};
}

} // namespace inquest
