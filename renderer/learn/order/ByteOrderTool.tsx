/** A number as bytes: on the wire, in memory, and misread. */

import { useState } from 'react';

import {
  mostOf,
  type NumberKind,
  numberKinds,
  orderedBytes,
  orderPrograms,
  parseNumber,
} from '../../../shared/lab/numbers/byte-order.ts';
import { Button } from '../../components/Button.tsx';
import { Select, TextField } from '../../components/Field.tsx';
import { useText } from '../../i18n/language.ts';
import { ProgramPane } from '../ProgramPane.tsx';
import { orderText } from './text.ts';

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
const examples: readonly { readonly kind: NumberKind; readonly number: string }[] = [
  { kind: 'u16', number: '1024' },
  { kind: 'u32', number: '16' },
  { kind: 'u64', number: '0x0102030405060708' },
  { kind: 'f32', number: '3.14' },
];

export const ByteOrderTool = () => {
  const text = useText(orderText);
  const [kind, setKind] = useState<NumberKind>('u16');
  const [typed, setTyped] = useState('1024');
  const parsed = parseNumber(kind, typed);
  return (
    <div className="learn-tool">
      <div>
        <p className="quiet learn-small">{text.intro}</p>
        <div className="learn-inputs">
          <NumberInput kind={kind} typed={typed} onType={setTyped} />
          <Select
            label={text.kind}
            value={kind}
            options={numberKinds.map((value) => ({ value, label: text.kinds[value] }))}
            onChange={setKind}
          />
        </div>
        <div className="line wrap">
          <span className="label">{text.examples}</span>
          {examples.map((example) => (
            <Button
              key={example.kind + example.number}
              small
              onClick={() => {
                setKind(example.kind);
                setTyped(example.number);
              }}
            >
              {example.number}
            </Button>
          ))}
        </div>
        {'value' in parsed ? <Ordered kind={kind} value={parsed.value} /> : null}
      </div>
      {'value' in parsed ? <ProgramPane programs={orderPrograms(kind, parsed.value)} /> : null}
    </div>
  );
};

interface NumberInputProps {
  readonly kind: NumberKind;
  readonly typed: string;
  readonly onType: (typed: string) => void;
}

const NumberInput = ({ kind, typed, onType }: NumberInputProps) => {
  const text = useText(orderText);
  const parsed = parseNumber(kind, typed);
  const isFloat = kind === 'f32' || kind === 'f64';
  const outOfRange = isFloat ? text.faults.floatRange : text.faults.range(mostOf(kind).toLocaleString('en'));
  const error = 'value' in parsed ? undefined : parsed.fault === 'form' ? text.faults.form : outOfRange;
  return (
    <TextField
      data
      label={text.number}
      hint={isFloat ? text.floatHint : text.numberHint}
      value={typed}
      maxLength={60}
      error={error}
      onChange={(event) => onType(event.target.value)}
    />
  );
};

const shown = (number: bigint | number): string =>
  typeof number === 'bigint' ? number.toLocaleString('en') : String(number);

const Ordered = ({ kind, value }: { readonly kind: NumberKind; readonly value: bigint | number }) => {
  const text = useText(orderText);
  const { big, little, misread } = orderedBytes(kind, value);
  const isSame = big.every((byte, index) => byte === little[index]);
  return (
    <>
      <h2>{text.wire}</h2>
      <Cells bytes={big} />
      <h2>{text.memory(isLittleEndian)}</h2>
      <Cells bytes={isLittleEndian ? little : big} />
      <p className="quiet learn-small">{text.memoryHint}</p>
      <h2>{text.forgotten}</h2>
      <p className={isSame ? '' : 'ink-error'}>
        {isSame ? text.same(shown(value)) : text.misread(shown(value), shown(misread))}
      </p>
      {kind === 'u16' || kind === 'u32' ? null : <p className="quiet learn-small">{text.no64}</p>}
    </>
  );
};

const Cells = ({ bytes }: { readonly bytes: Uint8Array }) => (
  <ol className="learn-cells">
    {[...bytes].map((byte, index) => (
      <li key={index} data-zero={byte === 0 || undefined}>
        {byte.toString(16).padStart(2, '0')}
        <small>+{index}</small>
      </li>
    ))}
  </ol>
);
