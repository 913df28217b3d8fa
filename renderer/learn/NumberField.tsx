/** A whole number that a person types. What is out of bounds is said and kept back; the last good number stays. */

import { useState } from 'react';

import { TextField } from '../components/Field.tsx';
import { useFormat, useText } from '../i18n/language.ts';
import { learnText } from './text.ts';

export interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly bounds: { readonly least: number; readonly most: number };
  readonly hint?: string;
  readonly onChange: (value: number) => void;
}

export const NumberField = ({ label, value, bounds, hint, onChange }: NumberFieldProps) => {
  const text = useText(learnText);
  const format = useFormat();
  const [typed, setTyped] = useState<string>();
  const isGood = (written: string): boolean =>
    /^-?\d{1,10}$/u.test(written) && Number(written) >= bounds.least && Number(written) <= bounds.most;
  const isWrong = typed !== undefined && !isGood(typed.trim());
  return (
    <TextField
      data
      label={label}
      inputMode="numeric"
      value={typed ?? String(value)}
      hint={hint}
      error={isWrong ? text.outOfRange(format.number(bounds.least), format.number(bounds.most)) : undefined}
      onChange={(event) => {
        const written = event.target.value;
        setTyped(written);
        if (isGood(written.trim())) onChange(Number(written.trim()));
      }}
      onBlur={() => {
        if (!isWrong) setTyped(undefined);
      }}
    />
  );
};
