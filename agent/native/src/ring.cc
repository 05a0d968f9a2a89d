#include "ring.h"
#include "error.h"
#include <algorithm>
#include <bpf/bpf.h>
#include <cerrno>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

namespace inquest {

namespace {

// include/uapi/linux/bpf.h: the two top bits of a sample's length.
constexpr uint32_t busy = 1u << 31, discarded = 1u << 30;
constexpr size_t sampleHeader = 8;
// Every mapped page of a ring counts as ours, touched or not, and the data can be
// mapped twice over: a window keeps an idle agent tens of MiB smaller.
constexpr size_t windowMaximum = 256 << 10;
// Larger than any record, so that none is split at the end of a window.
constexpr size_t overlap = 32 << 10;
static_assert(sizeof(inq_process_fault) + sampleHeader <= overlap, "the largest record");

uint64_t load(const void *at) {
    return __atomic_load_n(static_cast<const uint64_t *>(at), __ATOMIC_ACQUIRE);
}

} // namespace

uint64_t bootTimeNs() {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
}

Ring::Ring(int fd) : fd_(fd), page_(static_cast<size_t>(sysconf(_SC_PAGESIZE))) {
    bpf_map_info info{};
    __u32 length = sizeof info;
    if (bpf_obj_get_info_by_fd(fd, &info, &length)) fail("bpf", errno, "cannot look at the ring");
    bytes_ = info.max_entries;
    consumer_ = mmap(nullptr, page_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (consumer_ == MAP_FAILED) {
        consumer_ = nullptr;
        fail("mmap", errno, "cannot map the ring");
    }
    producer_ = mmap(nullptr, page_, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(page_));
    if (producer_ == MAP_FAILED) {
        int number = errno;
        munmap(consumer_, page_);
        fail("mmap", number, "cannot map the ring");
    }
    position_ = load(consumer_);
}

Ring::~Ring() {
    munmap(consumer_, page_);
    munmap(producer_, page_);
    if (window_) munmap(window_, windowBytes_);
}

const uint8_t *Ring::sampleAt(uint64_t position) {
    size_t offset = position & (bytes_ - 1);
    if (!window_ || offset < windowStart_ || offset + overlap > windowStart_ + windowBytes_) {
        if (window_) munmap(window_, windowBytes_);
        windowStart_ = offset & ~(page_ - 1);
        // The kernel offers the data twice in a row, so that no record is ever split.
        windowBytes_ = std::min(windowMaximum, bytes_) + overlap + page_;
        windowBytes_ = std::min(windowBytes_, 2 * bytes_ - windowStart_) & ~(page_ - 1);
        void *mapped = mmap(nullptr, windowBytes_, PROT_READ, MAP_SHARED, fd_,
                            static_cast<off_t>(2 * page_ + windowStart_));
        window_ = mapped == MAP_FAILED ? nullptr : mapped;
        if (!window_) fail("mmap", errno, "cannot map the ring");
    }
    return static_cast<const uint8_t *>(window_) + (offset - windowStart_);
}

size_t Ring::read(std::vector<uint8_t> &into, size_t limit,
                  const std::function<bool(const inq_header &)> &keep) {
    uint64_t at = position_.load(std::memory_order_relaxed);
    size_t count = 0;
    while (into.size() < limit && at < load(producer_)) {
        const uint8_t *sample = sampleAt(at);
        uint32_t length = __atomic_load_n(reinterpret_cast<const uint32_t *>(sample), __ATOMIC_ACQUIRE);
        if (length & busy) break;
        uint32_t size = length & ~discarded;
        const auto *header = reinterpret_cast<const inq_header *>(sample + sampleHeader);
        if (!(length & discarded)) {
            count++;
            // Whoever writes to our ring is root: a size that lies is only a bug.
            if (size >= sizeof *header && header->size == size && keep(*header))
                into.insert(into.end(), sample + sampleHeader, sample + sampleHeader + size);
        }
        at += (size + sampleHeader + 7) & ~uint64_t{7};
    }
    position_.store(at, std::memory_order_release);
    return count;
}

bool Ring::hasMore() const {
    // The next one may still be written to; its end causes a wake-up of its own.
    return position_.load(std::memory_order_acquire) < load(producer_);
}

void Ring::publish(uint64_t position) {
    __atomic_store_n(static_cast<uint64_t *>(consumer_), position, __ATOMIC_RELEASE);
    // The kernel writes a record, then looks at our position to decide on a
    // wake-up; we write the position, then look for records. One must see the other.
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

} // namespace inquest
