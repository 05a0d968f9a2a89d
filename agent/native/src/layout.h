#pragma once
#include <napi.h>

namespace inquest {

/** Sizes ("signal_sent") and offsets ("signal_sent.sender") of bpf/inquest.h. */
Napi::Object layoutTable(Napi::Env env);

} // namespace inquest
