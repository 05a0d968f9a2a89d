#include "reader.h"
#include "error.h"
#include <cerrno>
#include <cstring>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

namespace inquest {

namespace {

constexpr size_t batchBytes = 1 << 20;
// Records that JavaScript has not taken still lie in the rings, so reading far
// ahead would gain nothing.
constexpr size_t outstandingMaximum = 4 << 20;
// Noise is collected for this long, so that a busy host does not wake JavaScript
// for every exec. Deaths never wait.
constexpr int coalesceMs = 10;

} // namespace

Reader::Reader(int deathsFd, int eventsFd, uint64_t cutoverNs, std::vector<uint8_t> inherited)
    : deaths_(deathsFd), events_(eventsFd), deathsFd_(deathsFd), eventsFd_(eventsFd),
      cutoverNs_(cutoverNs), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (!wake_ || !epoll_) fail("epoll_create1", errno, "cannot wait for records");
    // Edge-triggered: what is read but not yet taken must not wake us again.
    for (int fd : {wake_.get(), deathsFd_, eventsFd_}) {
        epoll_event event{};
        event.events = EPOLLIN | EPOLLET;
        event.data.fd = fd;
        if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event))
            fail("epoll_ctl", errno, "cannot wait for records");
    }
    if (!inherited.empty()) {
        Batch batch;
        batch.bytes = std::move(inherited);
        outstanding_ = batch.bytes.size();
        batch.deathsEnd = deaths_.position();
        batch.eventsEnd = events_.position();
        queue_.push_back(std::move(batch));
    }
}

Reader::~Reader() { stop(); }

void Reader::start(std::function<void()> notify) {
    notify_ = std::move(notify);
    // Signals are Node.js's business.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] {
        prctl(PR_SET_NAME, "inquest-reader");
        run();
    });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (!queue_.empty()) notify_();
}

void Reader::stop() {
    if (!thread_.joinable()) return;
    stopping_ = true;
    eventfd_write(wake_.get(), 1);
    thread_.join();
}

bool Reader::take(Batch &batch) {
    std::lock_guard<std::mutex> guard(mutex_);
    if (queue_.empty()) return false;
    batch = std::move(queue_.front());
    queue_.pop_front();
    return true;
}

void Reader::taken(const Batch &batch) {
    deaths_.publish(batch.deathsEnd);
    events_.publish(batch.eventsEnd);
    outstanding_ -= batch.bytes.size();
    // A record committed before publish() caused no wake-up of its own.
    if (deaths_.hasMore() || events_.hasMore()) eventfd_write(wake_.get(), 1);
}

bool Reader::pending() {
    std::lock_guard<std::mutex> guard(mutex_);
    return !queue_.empty();
}

std::string Reader::failure() {
    std::lock_guard<std::mutex> guard(mutex_);
    return std::exchange(failure_, {});
}

/** Queues one batch; false when there was nothing to read. */
bool Reader::fill() {
    Batch batch;
    auto keep = [&](const inq_header &h) {
        if (h.kind < INQ_KINDS) received_[h.kind]++;
        return h.time_ns >= cutoverNs_;
    };
    batch.records = deaths_.read(batch.bytes, batchBytes, keep);
    batch.records += events_.read(batch.bytes, batchBytes, keep);
    if (!batch.records) return false;
    batch.deathsEnd = deaths_.position();
    batch.eventsEnd = events_.position();
    outstanding_ += batch.bytes.size();
    std::lock_guard<std::mutex> guard(mutex_);
    queue_.push_back(std::move(batch));
    return true;
}

/** Waits for records; false when it is time to stop. */
bool Reader::wait() {
    epoll_event ready[3];
    int timeout = -1;
    for (;;) {
        int n = epoll_wait(epoll_.get(), ready, 3, timeout);
        if (stopping_) return false;
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fail("epoll_wait", errno, "cannot wait for records");
        bool noiseOnly = n > 0;
        for (int i = 0; i < n; i++) {
            if (ready[i].data.fd == wake_.get()) {
                eventfd_t value;
                eventfd_read(wake_.get(), &value);
            }
            if (ready[i].data.fd != eventsFd_) noiseOnly = false;
        }
        if (!noiseOnly || timeout >= 0) return true;
        timeout = coalesceMs;
    }
}

void Reader::run() {
    try {
        for (;;) {
            while (!stopping_ && outstanding_ < outstandingMaximum && fill()) notify_();
            if (!wait()) return;
        }
    } catch (const std::exception &error) {
        {
            std::lock_guard<std::mutex> guard(mutex_);
            failure_ = error.what();
        }
        notify_();
    }
}

void Reader::drain() {
    // The kernel goes on writing: one fill of both rings is enough.
    for (int i = 0; i < 64 && fill(); i++) {
    }
}

} // namespace inquest
