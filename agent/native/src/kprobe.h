// Kprobes where the kernel has no link of them that could be pinned: before 5.15.
#pragma once
#include "fd.h"

namespace inquest {

/**
 * Runs the program whenever the kernel function begins, for as long as the descriptor is open. Empty where the kernel
 * refuses, with errno set.
 */
Fd attachKprobe(int program, const char *function);

} // namespace inquest
