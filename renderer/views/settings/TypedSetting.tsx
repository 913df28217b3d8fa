/** A setting that is typed: kept when the field is left or Enter is pressed, given up by Esc, marked while it is wrong. */

import { type ReactNode, useState } from 'react';

import { TextField, type TextFieldProps } from '../../components/Field.tsx';

export interface TypedSettingProps<T> extends Pick<
  TextFieldProps,
  'label' | 'hint' | 'data' | 'inputMode' | 'placeholder' | 'maxLength'
> {
  /** As it is kept now. */
  readonly value: string;
  /** What was typed as a value, or undefined when it is none. */
  readonly parse: (typed: string) => T | undefined;
  readonly wrong: string;
  readonly onSave: (value: T) => void;
  readonly unit?: ReactNode;
}

export const TypedSetting = <T,>({ value, parse, wrong, onSave, unit, ...field }: TypedSettingProps<T>) => {
  const [typed, setTyped] = useState<string>();
  const shown = typed ?? value;
  const parsed = typed === undefined ? undefined : parse(typed.trim());
  const isWrong = typed !== undefined && parsed === undefined;
  const settle = (): void => {
    if (typed === undefined || isWrong) return;
    if (typed.trim() !== value && parsed !== undefined) onSave(parsed);
    setTyped(undefined);
  };
  return (
    <TextField
      {...field}
      value={shown}
      error={isWrong ? wrong : undefined}
      after={unit === undefined ? undefined : <span className="faint settings-unit">{unit}</span>}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={settle}
      onKeyDown={(event) => {
        if (event.key === 'Enter') settle();
        else if (event.key === 'Escape') setTyped(undefined);
      }}
    />
  );
};
