/** One call for many within a few frames: a screen cannot show more. */
const QUIET_MS = 40;

export interface Coalesced {
  (): void;
  dispose(): void;
}

/** `call` runs once for all calls of a burst, soon after the first. No timer while nothing happens. */
export function coalesced(call: () => void): Coalesced {
  let timer: NodeJS.Timeout | undefined;
  const trigger = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      call();
    }, QUIET_MS);
  };
  return Object.assign(trigger, {
    dispose: () => {
      clearTimeout(timer);
      timer = undefined;
    },
  });
}
