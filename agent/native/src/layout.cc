// The compiler's word on where every field lies: layout.ts is checked against it.
#include "layout.h"
#include "inquest.h"
#include <cstddef>

namespace inquest {

namespace {

struct Entry {
    const char *name;
    size_t value;
};

#define SIZE(type) {#type, sizeof(inq_##type)}
#define AT(type, field) {#type "." #field, offsetof(inq_##type, field)}

const Entry entries[] = {
    {"version", INQ_LAYOUT_VERSION},
    {"argv_max", INQ_ARGV_MAX},
    {"ancestors_max", INQ_ANCESTORS_MAX},
    {"levels_max", INQ_LEVELS_MAX},

    SIZE(header), AT(header, size), AT(header, kind), AT(header, version), AT(header, time_ns),
    AT(header, sequence), AT(header, cpu), AT(header, flags), AT(header, container),

    SIZE(process), AT(process, start_ns), AT(process, parent_start_ns), AT(process, cgroup),
    AT(process, container), AT(process, pid), AT(process, tid), AT(process, ns_pid),
    AT(process, ppid), AT(process, pid_ns), AT(process, pid_ns_level), AT(process, uid),
    AT(process, gid), AT(process, loginuid), AT(process, session), AT(process, flags),
    AT(process, rank), AT(process, comm), AT(process, tty), AT(process, exe),

    SIZE(ancestor), AT(ancestor, start_ns), AT(ancestor, cgroup), AT(ancestor, container),
    AT(ancestor, pid), AT(ancestor, uid), AT(ancestor, comm), AT(ancestor, exe),

    SIZE(signal_sent), AT(signal_sent, target), AT(signal_sent, sender),
    AT(signal_sent, fault_address), AT(signal_sent, signal), AT(signal_sent, si_code),
    AT(signal_sent, info_kind), AT(signal_sent, group), AT(signal_sent, result),
    AT(signal_sent, disposition), AT(signal_sent, target_unkillable), AT(signal_sent, has_sender),
    AT(signal_sent, si_pid), AT(signal_sent, si_uid), AT(signal_sent, syscall),
    AT(signal_sent, arch), AT(signal_sent, n_ancestors), AT(signal_sent, argv_len),
    AT(signal_sent, ancestors),

    SIZE(signal_received), AT(signal_received, process), AT(signal_received, signal),

    SIZE(process_exec), AT(process_exec, process), AT(process_exec, filename),
    AT(process_exec, argc), AT(process_exec, argv_len),

    SIZE(memory), AT(memory, cgroup), AT(memory, usage_pages), AT(memory, limit_pages),
    AT(memory, peak_pages), AT(memory, failcnt), AT(memory, oom_events),
    AT(memory, swap_usage_pages), AT(memory, swap_limit_pages),

    SIZE(throttle), AT(throttle, cgroup), AT(throttle, quota_us), AT(throttle, period_us),
    AT(throttle, nr_periods), AT(throttle, nr_throttled), AT(throttle, throttled_ns),

    SIZE(pids), AT(pids, current_count), AT(pids, limit), AT(pids, max_events),

    SIZE(process_exit), AT(process_exit, process), AT(process_exit, status),
    AT(process_exit, group_exit), AT(process_exit, max_rss_pages), AT(process_exit, cpu_ns),
    AT(process_exit, utime_ns), AT(process_exit, stime_ns), AT(process_exit, memory),
    AT(process_exit, throttle), AT(process_exit, pids),

    SIZE(oom_level), AT(oom_level, cgroup), AT(oom_level, usage_pages),
    AT(oom_level, limit_pages), AT(oom_level, peak_pages), AT(oom_level, oom_group),
    AT(oom_level, oom_events), AT(oom_level, oom_moved), AT(oom_level, moved_ns),
    AT(oom_level, name),

    SIZE(oom_kill), AT(oom_kill, victim), AT(oom_kill, trigger), AT(oom_kill, n_levels),
    AT(oom_kill, oom_score_adj), AT(oom_kill, levels),

    SIZE(container_record), AT(container_record, id), AT(container_record, path),
    AT(container_record, runtime), AT(container_record, depth),
    AT(container_record, main_start_ns), AT(container_record, main_pid),
    AT(container_record, main_rank), AT(container_record, outer), AT(container_record, suppressed),

    SIZE(runtime_request), AT(runtime_request, client), AT(runtime_request, runtime),
    AT(runtime_request, protocol), AT(runtime_request, n_ancestors),
    AT(runtime_request, argv_len), AT(runtime_request, socket), AT(runtime_request, text),
    AT(runtime_request, ancestors),

    SIZE(mapping), AT(mapping, start), AT(mapping, end), AT(mapping, file_offset),
    AT(mapping, inode), AT(mapping, file_bytes), AT(mapping, capacity_bytes), AT(mapping, device),
    AT(mapping, magic), AT(mapping, flags), AT(mapping, links), AT(mapping, path),
    AT(mapping, path_length), AT(mapping, shown), AT(mapping, shown_length),

    SIZE(build_id), AT(build_id, status), AT(build_id, id), AT(build_id, offset),

    SIZE(process_fault), AT(process_fault, process), AT(process_fault, fault_address),
    AT(process_fault, stack_start), AT(process_fault, stack_limit), AT(process_fault, main_stack),
    AT(process_fault, signal), AT(process_fault, si_code), AT(process_fault, register_set),
    AT(process_fault, n_frames), AT(process_fault, n_build_ids), AT(process_fault, n_mappings),
    AT(process_fault, mappings_left_out), AT(process_fault, stack_length),
    AT(process_fault, trap), AT(process_fault, has_code), AT(process_fault, error_code),
    AT(process_fault, code), AT(process_fault, registers), AT(process_fault, frames),
    AT(process_fault, build_ids),
    AT(process_fault, mappings), AT(process_fault, paths), AT(process_fault, stack),
};

} // namespace

Napi::Object layoutTable(Napi::Env env) {
    Napi::Object table = Napi::Object::New(env);
    for (const Entry &entry : entries)
        table.Set(entry.name, Napi::Number::New(env, static_cast<double>(entry.value)));
    table.Freeze();
    return table;
}

} // namespace inquest
