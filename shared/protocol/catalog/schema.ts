/**
 * Reads the schemas of JSON payloads as data: properties, forms, meanings, secrets. What the documents, the
 * dissector and the redaction of secrets know of JSON payloads they know from here.
 */

import * as v from 'valibot';
import type { AnySchema } from './properties.ts';

/** The parts of a valibot schema that matter here; all optional because every kind of schema has its own. */
interface SchemaParts {
  readonly type: string;
  readonly entries?: Readonly<Record<string, AnySchema>>;
  readonly item?: AnySchema;
  readonly items?: readonly AnySchema[];
  readonly wrapped?: AnySchema;
  readonly options?: readonly string[];
  readonly pipe?: readonly unknown[];
}

interface ActionParts {
  readonly kind: string;
  readonly type: string;
  readonly requirement?: unknown;
  readonly message?: unknown;
}

const partsOf = (schema: AnySchema): SchemaParts => schema;

export interface Property {
  readonly name: string;
  /** "text of 1 to 64 characters", "list of 1 to 16: ..." */
  readonly form: string;
  readonly meaning: string;
  readonly isOptional: boolean;
  readonly isSecret: boolean;
  /** The schema of the value itself, without "optional". */
  readonly schema: AnySchema;
}

/** The properties of an object schema, in the order of the catalog. */
export function propertiesOf(schema: AnySchema): readonly Property[] {
  return Object.entries(partsOf(schema).entries ?? {}).map(([name, each]) => {
    const about = metadataOf(each);
    const { schema: inner, isOptional } = unwrapped(each);
    return {
      name,
      form: formOf(inner),
      meaning: about.meaning,
      isOptional,
      isSecret: about.secret,
      schema: inner,
    };
  });
}

/** The object schema inside a value: of an object itself, or of the items of a list. */
export function nestedObject(schema: AnySchema): AnySchema | undefined {
  const { schema: inner } = unwrapped(schema);
  const parts = partsOf(inner);
  if (parts.entries !== undefined) return inner;
  return parts.item === undefined ? undefined : nestedObject(parts.item);
}

/** The schema of item `position` of a list or tuple. */
export function itemOf(schema: AnySchema, position: number): AnySchema | undefined {
  const parts = partsOf(unwrapped(schema).schema);
  return parts.item ?? parts.items?.[position];
}

/** The schema of the value at a path of property names and list positions; undefined where there is none. */
export function schemaAt(schema: AnySchema, path: readonly unknown[]): AnySchema | undefined {
  return path.reduce<AnySchema | undefined>((at, key) => {
    if (at === undefined) return undefined;
    if (typeof key === 'number') return itemOf(at, key);
    return propertiesOf(at).find(({ name }) => name === key)?.schema;
  }, schema);
}

export interface Metadata {
  readonly meaning: string;
  /** The name of the item of a tuple. */
  readonly name: string | undefined;
  readonly secret: boolean;
}

export function metadataOf(schema: AnySchema): Metadata {
  const data = v.getMetadata(schema) as Readonly<Record<string, unknown>>;
  const { meaning, name } = data;
  return {
    meaning: typeof meaning === 'string' ? meaning : '',
    name: typeof name === 'string' ? name : undefined,
    secret: data['secret'] === true,
  };
}

const secretCache = new WeakMap<object, ReadonlySet<string>>();

/** Dotted paths of the properties that must never be shown. */
export function secretPaths(schema: AnySchema): ReadonlySet<string> {
  const known = secretCache.get(schema);
  if (known !== undefined) return known;
  const found = new Set<string>();
  collectSecrets(schema, '', found);
  secretCache.set(schema, found);
  return found;
}

function collectSecrets(schema: AnySchema, prefix: string, found: Set<string>): void {
  for (const property of propertiesOf(schema)) {
    if (property.isSecret) found.add(prefix + property.name);
    const nested = nestedObject(property.schema);
    if (nested !== undefined) collectSecrets(nested, `${prefix}${property.name}.`, found);
  }
}

function unwrapped(schema: AnySchema): { schema: AnySchema; isOptional: boolean } {
  const parts = partsOf(schema);
  return parts.wrapped === undefined
    ? { schema, isOptional: false }
    : { schema: unwrapped(parts.wrapped).schema, isOptional: parts.type === 'optional' };
}

/** The form of a value in words, from the schema and its checks. */
export function formOf(schema: AnySchema): string {
  const parts = partsOf(schema);
  switch (parts.type) {
    case 'picklist':
      return (parts.options ?? []).map((option) => `"${option}"`).join(' or ');
    case 'boolean':
      return 'true or false';
    case 'object':
      return 'object';
    case 'tuple':
      return `[${(parts.items ?? []).map((item) => metadataOf(item).meaning || formOf(item)).join(', ')}]`;
    case 'array': {
      const item = parts.item === undefined ? '' : formOf(parts.item);
      return `list of ${requirement(schema, 'min_length') ?? 0} to ${requirement(schema, 'max_length') ?? '?'}: ${item}`;
    }
    case 'optional':
      return formOf(unwrapped(schema).schema);
    default:
      return checkText(schema) ?? parts.type;
  }
}

const actionsOf = (schema: AnySchema): readonly ActionParts[] =>
  (partsOf(schema).pipe ?? []).slice(1).flatMap((each) => {
    const action = each as ActionParts;
    return action.kind === 'schema' ? actionsOf(each as AnySchema) : [action];
  });

/** A schema in a pipe spreads its first member, whose own actions count too. */
function allActions(schema: AnySchema): readonly ActionParts[] {
  const inner = partsOf(schema).pipe?.[0] as AnySchema | undefined;
  return inner === undefined || inner === schema ? [] : [...allActions(inner), ...actionsOf(schema)];
}

function requirement(schema: AnySchema, type: string): number | undefined {
  const value = allActions(schema).find((action) => action.type === type)?.requirement;
  return typeof value === 'number' ? value : undefined;
}

function checkText(schema: AnySchema): string | undefined {
  const checks = allActions(schema).filter((action) => action.type === 'check' || action.type === 'regex');
  return checks.length === 0 ? undefined : checks.map(({ message }) => String(message)).join(', ');
}
