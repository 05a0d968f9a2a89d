// Datagrams to a service manager.
#pragma once
#include <string>

namespace inquest {

/**
 * Sends one datagram to a Unix socket, as sd_notify(3) does: a path, or `@name` for
 * one without a file. Node.js has no such sockets. Throws Error.
 */
void notify(const std::string &socket, const std::string &state);

} // namespace inquest
