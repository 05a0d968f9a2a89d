/** An agent in a cluster, as its host is written: `kubectl://CONTEXT/NODE` or `kubectl://CONTEXT/NAMESPACE/POD`. */
export interface KubectlTarget {
  /** Empty for kubectl's current one. */
  readonly context: string;
  readonly namespace: string;
  /** The agent of this node, else this very pod. */
  readonly node?: string;
  readonly pod?: string;
}

const SCHEME = 'kubectl://';
/** What Kubernetes allows as a name; never an option, a selector's operator or white space. */
const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

export function isKubectlTarget(text: string): boolean {
  return text.toLowerCase().startsWith(SCHEME);
}

/** @param namespace where the agents are, unless the target says so. `undefined` when it is no such target. */
export function parseKubectlTarget(text: string, namespace: string): KubectlTarget | undefined {
  if (!isKubectlTarget(text) || !NAME.test(namespace)) return undefined;
  const [first = '', second = '', third, ...rest] = text.slice(SCHEME.length).split('/');
  const context = decoded(first);
  if (context === undefined || rest.length > 0 || !NAME.test(second)) return undefined;
  if (third === undefined) return { context, namespace, node: second };
  return NAME.test(third) ? { context, namespace: second, pod: third } : undefined;
}

/** Contexts have any name: those of EKS have colons and slashes. */
export function formatKubectlTarget(context: string, node: string): string {
  return `${SCHEME}${encodeURIComponent(context)}/${node}`;
}

function decoded(text: string): string | undefined {
  try {
    const context = decodeURIComponent(text);
    // eslint-disable-next-line no-control-regex -- no argument of a program has them
    return /[\u0000-\u001f\u007f]/.test(context) ? undefined : context;
  } catch {
    return undefined;
  }
}
