#pragma once
#include <string>

namespace inquest {

/** SHA-256 of `bytes` as 64 hex digits. Only names a build; nothing rests on its strength. */
std::string sha256(const std::string &bytes);

} // namespace inquest
