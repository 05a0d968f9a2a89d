#pragma once

namespace inquest {

/**
 * Returns free memory to the kernel and unmaps code that was only needed to
 * start: what is still used comes back from the page cache at its next use.
 * Takes some milliseconds.
 */
void trim();

} // namespace inquest
