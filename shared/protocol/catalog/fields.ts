/**
 * The alphabet of binary payloads: kinds of fields, their constructors, and the payload type that a list of
 * fields stands for. Says what a field is; reading and writing it is codec.ts, showing it is dissect.ts.
 *
 * docs/PROTOCOL.md, "Notation".
 */

/** How the inspector groups fields by colour. */
export type FieldColour =
  | 'magic'
  | 'length'
  | 'type'
  | 'flags'
  | 'channel'
  | 'id'
  | 'number'
  | 'index'
  | 'size'
  | 'time'
  | 'digest'
  | 'text'
  | 'content'
  | 'syntax'
  | 'reserved';

export type NumberWidth = 'u8' | 'u16' | 'u32' | 'u64' | 'i64';

/** Bytes of each width. All are big-endian; a u64 beyond 2^53-1 is refused, an i64 is a time (entry-time.ts). */
export const widthBytes = { u8: 1, u16: 2, u32: 4, u64: 8, i64: 8 } as const satisfies Record<
  NumberWidth,
  number
>;

/** The u32 that stands for "no index". In memory it is -1. */
export const noIndex = 0xffff_ffff;

interface FieldText<Name extends string> {
  readonly name: Name;
  readonly meaning: string;
  readonly colour: FieldColour;
}

/** A number that is part of the payload. */
export interface NumberField<Name extends string = string> extends FieldText<Name> {
  readonly kind: 'number';
  readonly width: NumberWidth;
  readonly maximum?: number | undefined;
  readonly multipleOf?: number | undefined;
}

/** The index of a manifest entry, or -1 where `mayBeNone` (0xffffffff on the wire). */
export interface IndexField<Name extends string = string> extends FieldText<Name> {
  readonly kind: 'index';
  readonly width: 'u32';
  readonly mayBeNone: boolean;
}

/** A fixed number that carries nothing. */
export interface ConstantField<Name extends string = string> extends FieldText<Name> {
  readonly kind: 'constant';
  readonly width: NumberWidth;
  readonly value: number;
}

/** The bytes of the field `of`, or the entries of the list `of`, further on in the same record. */
export interface MeasureField<Name extends string = string> extends FieldText<Name> {
  readonly kind: 'measure';
  readonly width: 'u8' | 'u16' | 'u32';
  readonly of: string;
}

/** One of a few named numbers. */
export interface ChoiceField<
  Name extends string = string,
  Choices extends Readonly<Record<string, number>> = Readonly<Record<string, number>>,
> extends FieldText<Name> {
  readonly kind: 'choice';
  readonly width: 'u8';
  readonly choices: Choices;
}

/** A byte of which one bit means `property`; the other bits are 0. */
export interface SwitchField<
  Name extends string = string,
  Property extends string = string,
> extends FieldText<Name> {
  readonly kind: 'switch';
  readonly width: 'u8';
  readonly property: Property;
  readonly bit: number;
}

/** Opaque bytes of a fixed number, in memory as lower-case hex: cheap to compare and to keep. */
export interface HexField<Name extends string = string> extends FieldText<Name> {
  readonly kind: 'hex';
  readonly bytes: number;
}

/** Bytes: a fixed number, as many as its measure says, or the rest of the payload. */
export interface BytesField<Name extends string = string> extends FieldText<Name> {
  readonly kind: 'bytes';
  readonly bytes: number | 'measured' | 'rest';
  readonly minimum: number;
  readonly maximum: number;
}

/** UTF-8 text of as many bytes as its measure says. */
export interface TextField<Name extends string = string> extends FieldText<Name> {
  readonly kind: 'text';
  readonly minimum: number;
  readonly maximum: number;
}

/** Records one after the other: as many as the measure says, or up to the end of the payload. */
export interface ListField<
  Name extends string = string,
  Fields extends readonly BinaryField[] = readonly BinaryField[],
> extends FieldText<Name> {
  readonly kind: 'list';
  readonly count: 'measured' | 'rest';
  readonly minimum: number;
  readonly maximum: number;
  readonly fields: Fields;
}

export type BinaryField =
  | NumberField
  | IndexField
  | ConstantField
  | MeasureField
  | ChoiceField
  | SwitchField
  | HexField
  | BytesField
  | TextField
  | ListField;

/** What a field is in memory. */
type FieldValue<Field> = Field extends { kind: 'number' | 'index' }
  ? number
  : Field extends { kind: 'choice'; choices: infer Choices }
    ? keyof Choices
    : Field extends { kind: 'switch' }
      ? boolean
      : Field extends { kind: 'hex' | 'text' }
        ? string
        : Field extends { kind: 'bytes' }
          ? Uint8Array
          : Field extends { kind: 'list'; fields: infer Fields extends readonly BinaryField[] }
            ? readonly RecordOf<Fields>[]
            : never;

type FieldKey<Field> = Field extends { kind: 'constant' | 'measure' }
  ? never
  : Field extends { kind: 'switch'; property: infer Property extends string }
    ? Property
    : Field extends { name: infer Name extends string }
      ? Name
      : never;

/** What a list of fields is in memory: one property for each field that carries something. */
export type RecordOf<Fields extends readonly BinaryField[]> = {
  readonly [Field in Fields[number] as FieldKey<Field>]: FieldValue<Field>;
};

export const number = <const Name extends string>(
  name: Name,
  width: NumberWidth,
  colour: FieldColour,
  meaning: string,
  rules: { maximum?: number; multipleOf?: number } = {},
): NumberField<Name> => ({ kind: 'number', name, width, colour, meaning, ...rules });

export const index = <const Name extends string>(
  name: Name,
  meaning: string,
  rules: { mayBeNone?: boolean } = {},
): IndexField<Name> => ({
  kind: 'index',
  name,
  width: 'u32',
  colour: 'index',
  meaning,
  mayBeNone: rules.mayBeNone ?? false,
});

export const reserved = (width: NumberWidth): ConstantField<'reserved'> => ({
  kind: 'constant',
  name: 'reserved',
  width,
  colour: 'reserved',
  meaning: 'zero',
  value: 0,
});

export const measure = <const Name extends string>(
  name: Name,
  width: 'u8' | 'u16' | 'u32',
  of: string,
  meaning: string,
): MeasureField<Name> => ({ kind: 'measure', name, width, of, colour: 'length', meaning });

export const choice = <const Name extends string, const Choices extends Readonly<Record<string, number>>>(
  name: Name,
  choices: Choices,
  meaning: string,
): ChoiceField<Name, Choices> => ({ kind: 'choice', name, width: 'u8', colour: 'type', meaning, choices });

export const toggle = <const Name extends string, const Property extends string>(
  name: Name,
  property: Property,
  bit: number,
  meaning: string,
): SwitchField<Name, Property> => ({
  kind: 'switch',
  name,
  width: 'u8',
  colour: 'flags',
  meaning,
  property,
  bit,
});

export const hex = <const Name extends string>(
  name: Name,
  bytes: number,
  meaning: string,
): HexField<Name> => ({
  kind: 'hex',
  name,
  bytes,
  colour: 'digest',
  meaning,
});

export const digest = <const Name extends string>(
  name: Name,
  bytes: number,
  meaning: string,
): BytesField<Name> => ({
  kind: 'bytes',
  name,
  bytes,
  minimum: bytes,
  maximum: bytes,
  colour: 'digest',
  meaning,
});

export const content = <const Name extends string>(
  name: Name,
  bytes: 'measured' | 'rest',
  minimum: number,
  maximum: number,
  meaning: string,
): BytesField<Name> => ({ kind: 'bytes', name, bytes, minimum, maximum, colour: 'content', meaning });

export const text = <const Name extends string>(
  name: Name,
  minimum: number,
  maximum: number,
  meaning: string,
): TextField<Name> => ({ kind: 'text', name, minimum, maximum, colour: 'text', meaning });

export const list = <const Name extends string, const Fields extends readonly BinaryField[]>(
  name: Name,
  count: 'measured' | 'rest',
  minimum: number,
  maximum: number,
  fields: Fields,
  meaning: string,
): ListField<Name, Fields> => ({
  kind: 'list',
  name,
  count,
  minimum,
  maximum,
  fields,
  colour: 'content',
  meaning,
});
