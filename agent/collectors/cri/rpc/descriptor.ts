/** A message of a protocol in the form that protobufjs reads: field names with type and number. */
export type FieldSpec = readonly [type: string, number: number, of?: 'list' | 'map'];

export type MessageSpec = Readonly<Record<string, FieldSpec>>;

export interface MethodSpec {
  readonly request: string;
  readonly response: string;
  readonly responseStream?: boolean;
}

export interface PackageSpec {
  readonly services: Readonly<Record<string, Readonly<Record<string, MethodSpec>>>>;
  readonly messages: Readonly<Record<string, MessageSpec>>;
}

/**
 * The descriptor of one package. Only what is asked for and used is written down: a decoder skips fields
 * that it does not know, and enumerations travel as numbers.
 */
export function describePackage(name: string, { services, messages }: PackageSpec): object {
  const nested = {
    ...mapValues(messages, (fields) => ({ fields: mapValues(fields, field) })),
    ...mapValues(services, (methods) => ({
      methods: mapValues(methods, ({ request, response, responseStream }) => ({
        requestType: request,
        responseType: response,
        ...(responseStream === true && { responseStream }),
      })),
    })),
  };
  return name
    .split('.')
    .reverse()
    .reduce<object>((inner, part) => ({ nested: { [part]: inner } }), { nested });
}

function field([type, id, of]: FieldSpec): object {
  if (of === 'map') return { keyType: 'string', type, id };
  return of === 'list' ? { rule: 'repeated', type, id } : { type, id };
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, map: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
