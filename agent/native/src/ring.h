// A BPF ring buffer that is read now and given back later.
#pragma once
#include "inquest.h"
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace inquest {

/** CLOCK_BOOTTIME in nanoseconds, as in every record. */
uint64_t bootTimeNs();

/**
 * Unlike libbpf's, reading does not free the space: only publish() does, once
 * somebody has taken the records. Who is killed in between leaves them to the
 * next reader. One thread reads; publish() may come from another.
 */
class Ring {
public:
    /** Maps the ring of this map; throws Error. */
    explicit Ring(int fd);
    ~Ring();
    Ring(const Ring &) = delete;
    Ring &operator=(const Ring &) = delete;

    /**
     * Appends whole records to `into` until it holds `limit` bytes or the ring
     * has no more; leaves out those that `keep` refuses. Returns how many were read.
     */
    size_t read(std::vector<uint8_t> &into, size_t limit,
                const std::function<bool(const inq_header &)> &keep);
    /** Whether there may be something that read() has not returned yet. */
    bool hasMore() const;
    /** Where the next read starts. */
    uint64_t position() const { return position_.load(std::memory_order_acquire); }
    /** Gives everything before `position` back to the kernel. */
    void publish(uint64_t position);

private:
    /** The sample at a position of the ring, mapping the part around it when it is not mapped. */
    const uint8_t *sampleAt(uint64_t position);

    int fd_;
    size_t bytes_ = 0, page_ = 0;
    void *consumer_ = nullptr, *producer_ = nullptr;
    /** The part of the data that is mapped: offset in the ring, and bytes. */
    void *window_ = nullptr;
    size_t windowStart_ = 0, windowBytes_ = 0;
    std::atomic<uint64_t> position_{0};
};

} // namespace inquest
