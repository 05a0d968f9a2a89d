import * as z from 'zod';
import { table } from './markdown.ts';

/** The part of JSON Schema that our own schemas come out as. */
interface Node {
  readonly type?: string | readonly string[] | undefined;
  readonly format?: string | undefined;
  readonly description?: string | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly const?: string | number | boolean | undefined;
  readonly $ref?: string | undefined;
  readonly properties?: Readonly<Record<string, Node>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: Node | undefined;
  readonly anyOf?: readonly Node[] | undefined;
  readonly oneOf?: readonly Node[] | undefined;
  readonly $defs?: Readonly<Record<string, Node>> | undefined;
}

const nodeSchema: z.ZodType<Node> = z.lazy(() =>
  z.object({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    format: z.string().optional(),
    description: z.string().optional(),
    enum: z.array(z.unknown()).optional(),
    const: z.union([z.string(), z.number(), z.boolean()]).optional(),
    $ref: z.string().optional(),
    properties: z.record(z.string(), nodeSchema).optional(),
    required: z.array(z.string()).optional(),
    items: nodeSchema.optional(),
    anyOf: z.array(nodeSchema).optional(),
    oneOf: z.array(nodeSchema).optional(),
    $defs: z.record(z.string(), nodeSchema).optional(),
  }),
);

/** A schema as tables: its own fields first, then one table for each shape it refers to. */
export function schemaTables(title: string, schema: z.ZodType): readonly string[] {
  const root = nodeSchema.parse(z.toJSONSchema(schema));
  const shapes = Object.entries(root.$defs ?? {});
  return [...shapeTables(title, root), ...shapes.flatMap(([name, node]) => ['', ...shapeTables(`\`${name}\``, node)])];
}

function shapeTables(title: string, node: Node): readonly string[] {
  const variants = node.oneOf ?? [];
  const about = node.description === undefined ? [] : [node.description, ''];
  if (variants.length === 0) return [`#### ${title}`, '', ...about, ...fieldTable(rowsOf(node, ''))];
  const rows = variants.map((variant) => [discriminatorOf(variant), fieldList(variant)]);
  return [`#### ${title}`, '', ...about, ...table(['`kind`', 'other fields'], rows)];
}

function discriminatorOf(variant: Node): string {
  return `\`${String(variant.properties?.['kind']?.const ?? '')}\``;
}

function fieldList(variant: Node): string {
  const required = new Set(variant.required);
  return Object.entries(variant.properties ?? {})
    .filter(([name]) => name !== 'kind')
    .map(([name, node]) => `\`${name}${required.has(name) ? '' : '?'}\`: ${typeOf(node)}`)
    .join('; ');
}

interface FieldRow {
  readonly path: string;
  readonly type: string;
  readonly about: string;
}

function fieldTable(rows: readonly FieldRow[]): readonly string[] {
  return table(
    ['field', 'type', ''],
    rows.map(({ path, type, about }) => [`\`${path}\``, type, about]),
  );
}

/** Every field by its path: `container.limits.memoryBytes?`, `evidence[].text`. */
function rowsOf(node: Node, prefix: string): readonly FieldRow[] {
  const required = new Set(node.required);
  return Object.entries(node.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}${required.has(name) ? '' : '?'}`;
    return [{ path, type: typeOf(field), about: field.description ?? '' }, ...nestedRows(field, path)];
  });
}

function nestedRows(field: Node, path: string): readonly FieldRow[] {
  const inner = withoutNull(field);
  if (inner.type === 'array' && inner.items !== undefined) return nestedRows(inner.items, `${path}[]`);
  return inner.properties === undefined ? [] : rowsOf(inner, `${path}.`);
}

function withoutNull(node: Node): Node {
  return node.anyOf?.find(({ type }) => type !== 'null') ?? node;
}

const LONGEST_LIST = 8;

function typeOf(node: Node): string {
  if (node.$ref !== undefined) return `\`${node.$ref.split('/').at(-1) ?? ''}\``;
  if (node.anyOf !== undefined) return node.anyOf.map(typeOf).join(' or ');
  if (node.oneOf !== undefined) return 'one of several';
  if (node.enum !== undefined) return listOf(node.enum);
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.type === 'array') return `list of ${node.items === undefined ? 'anything' : typeOf(node.items)}`;
  if (node.format === 'date-time') return 'RFC 3339 in UTC';
  return typeof node.type === 'object' ? node.type.join(' or ') : (node.type ?? 'anything');
}

function listOf(values: readonly unknown[]): string {
  const shown = values.slice(0, LONGEST_LIST).map((value) => `\`${String(value)}\``);
  return shown.length < values.length ? `${shown.join(', ')}, … (${String(values.length)})` : shown.join(', ');
}
