import type { CountedFrame } from '../domain/backtrace.ts';
import { tellingFrames } from '../domain/backtrace.ts';
import type { BacktraceFrame, ProcessFault } from '../domain/evidence.ts';

/** Libraries that only do what they are told: the caller is the one to look at. */
const LIBRARIES =
  /^(?:libc|libstdc\+\+|libgcc_s|libm|libpthread|ld-linux|ld-musl|libc\+\+|libc\+\+abi|ld|libunwind)[-.]/;
/** The same, where they are linked into the program. */
const LIBRARY_FUNCTIONS =
  /^(?:_*(?:GI_)?(?:raise|abort|gsignal|pthread_kill.*|libc_message.*|assert_fail.*|fortify_fail.*|chk_fail.*|stack_chk_fail.*|malloc.*|free.*|calloc|realloc|int_free.*|int_malloc.*|mem[a-z]+(?:_.*)?|str[a-z]+(?:_.*)?|cxa_[a-z_]+|cxxabiv1::.*|gxx_[a-z_0-9]+|gnu_cxx::.*|Unwind_.*|restore_rt|kernel_.*|syscall)|std::.*|<?(?:core|std|alloc)::.*|rust_.*|__rustc::.*|runtime\.[a-z].*)$/;

export function isLibrary({ module, function: name }: BacktraceFrame): boolean {
  return (module !== undefined && LIBRARIES.test(module)) || (name !== undefined && LIBRARY_FUNCTIONS.test(name));
}

export function isOwnCode(frame: BacktraceFrame): boolean {
  return frame.module !== undefined && !isLibrary(frame);
}

/** The program's own step that is nearest to what went wrong: the one to look at. */
export function ownFrame({ frames }: ProcessFault): CountedFrame | undefined {
  return tellingFrames(frames).find(({ frame }) => isOwnCode(frame));
}
