/** What is used of `kubectl get pods --output=json`. */
export interface AgentPod {
  readonly name: string;
  readonly node: string;
  /** `Running`, `Pending`, `Failed`, …; `Terminating` for one that is being deleted. Foreign text. */
  readonly phase: string;
}

/** Reads a list of pods. `undefined` when it is none. */
export function parsePods(text: string): readonly AgentPod[] | undefined {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return undefined;
  }
  const items = field(list, 'items');
  if (!Array.isArray(items)) return undefined;
  return items.flatMap((item: unknown) => {
    const name = textOf(field(field(item, 'metadata'), 'name'));
    if (name === undefined) return [];
    const isGoing = field(field(item, 'metadata'), 'deletionTimestamp') !== undefined;
    const phase = isGoing ? 'Terminating' : (textOf(field(field(item, 'status'), 'phase')) ?? 'Unknown');
    return [{ name, node: textOf(field(field(item, 'spec'), 'nodeName')) ?? '', phase }];
  });
}

/** The one to speak to: during an upgrade a node has two for a moment. */
export function choosePod(pods: readonly AgentPod[]): AgentPod | undefined {
  return pods.find(({ phase }) => phase === 'Running') ?? pods[0];
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
