// Drains both rings on a thread of its own and queues batches for JavaScript.
#pragma once
#include "fd.h"
#include "ring.h"
#include <array>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace inquest {

/** Whole records back to back, each a multiple of 8 bytes; deaths come first. */
struct Batch {
    std::vector<uint8_t> bytes;
    uint64_t deathsEnd = 0, eventsEnd = 0;
    size_t records = 0;
};

class Reader {
public:
    /** Records of the rings older than `cutoverNs` are in `inherited` already. */
    Reader(int deathsFd, int eventsFd, uint64_t cutoverNs, std::vector<uint8_t> inherited);
    ~Reader();

    /** `notify` runs on the reader's thread, once for each batch queued. */
    void start(std::function<void()> notify);
    /** Joins the thread. The rings stay; drain() may follow. */
    void stop();
    /** Next batch, if any. Whoever takes it must call taken() when done with it. */
    bool take(Batch &batch);
    /** Gives the batch's space back to the kernel. In the order of take(). */
    void taken(const Batch &batch);
    /** After stop(): queues what is left, up to one fill of the rings. */
    void drain();
    /** Whether take() would find a batch. */
    bool pending();
    /** Records read by this reader, by kind; inherited ones not included. */
    uint64_t received(uint32_t kind) const { return received_[kind].load(); }
    /** Failure that ended the thread, or "". */
    std::string failure();

private:
    void run();
    bool wait();
    bool fill();

    Ring deaths_, events_;
    int deathsFd_, eventsFd_;
    uint64_t cutoverNs_;
    Fd wake_, epoll_;
    std::thread thread_;
    std::function<void()> notify_;
    std::atomic<bool> stopping_{false};
    std::atomic<size_t> outstanding_{0};
    std::array<std::atomic<uint64_t>, INQ_KINDS> received_{};
    std::mutex mutex_; // queue_, failure_
    std::deque<Batch> queue_;
    std::string failure_;
};

} // namespace inquest
