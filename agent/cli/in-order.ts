/** Results in the order of the items, with at most `inFlight` of them under way. */
export async function* inOrder<T, R>(
  items: readonly T[],
  inFlight: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void> {
  const pending: Promise<R>[] = [];
  let next = 0;
  const fill = (): void => {
    for (; next < items.length && pending.length < inFlight; next += 1) {
      const item = items[next];
      if (item === undefined) continue;
      const result = work(item);
      // A failure is met when its turn comes; until then it must not count as unhandled.
      result.catch(() => undefined);
      pending.push(result);
    }
  };
  fill();
  for (let first = pending.shift(); first !== undefined; first = pending.shift()) {
    yield await first;
    fill();
  }
}
