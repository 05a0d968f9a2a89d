import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '..', '..');
const FILE = join(ROOT, 'objects-of-kubernetes.ts');

/** The kinds that Inquest deploys, and where the types made from Kubernetes' OpenAPI document have them. */
const MODULES: Readonly<Record<string, string>> = {
  'v1 Namespace': 'v1',
  'v1 ServiceAccount': 'v1',
  'apps/v1 DaemonSet': 'apps/v1',
  'rbac.authorization.k8s.io/v1 ClusterRole': 'rbac.authorization.k8s.io/v1',
  'rbac.authorization.k8s.io/v1 ClusterRoleBinding': 'rbac.authorization.k8s.io/v1',
  'rbac.authorization.k8s.io/v1 Role': 'rbac.authorization.k8s.io/v1',
  'scheduling.k8s.io/v1 PriorityClass': 'scheduling.k8s.io/v1',
};

/** An object as it stands in a manifest. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/**
 * What is wrong with objects of Kubernetes: wrong types, fields that are missing, and fields that Kubernetes does not
 * know, which it would drop without a word. By the compiler, as the schemas themselves let unknown fields pass.
 */
export function complaintsAbout(objects: readonly Manifest[]): readonly string[] {
  const lines = objects.map((object, index) => {
    const { apiVersion, kind } = object;
    const module = MODULES[`${apiVersion} ${kind}`];
    if (module === undefined) throw new Error(`no schema for ${apiVersion} ${kind}`);
    const type = `import('kubernetes-models/${module}').I${kind}`;
    return `export const object${String(index)}: ${type} = ${JSON.stringify(object)};`;
  });
  const source = lines.join('\n');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
  };
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (path) => path === FILE || disk.fileExists(path),
    readFile: (path) => (path === FILE ? source : disk.readFile(path)),
    getSourceFile: (path, target, ...rest) =>
      path === FILE ? ts.createSourceFile(path, source, target) : disk.getSourceFile(path, target, ...rest),
  };
  const program = ts.createProgram([FILE], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}
