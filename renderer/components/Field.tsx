/** What a person types and chooses: text field, select, check box, switch. Each has a visible or spoken label. */

import type { ComponentProps, ReactNode } from 'react';
import { useId } from 'react';

import './field.css';

interface Labelled {
  readonly label: string;
  /** The label is only spoken; the place says it to those who see. */
  readonly hideLabel?: boolean;
  readonly hint?: ReactNode;
  /** A sentence; marks the field as wrong. */
  readonly error?: string | undefined;
}

const Frame = ({
  id,
  label,
  hideLabel = false,
  hint,
  error,
  children,
}: Labelled & { readonly id: string; readonly children: ReactNode }) => (
  <div className="field">
    <label htmlFor={id} className={hideLabel ? 'unseen' : 'label'}>
      {label}
    </label>
    {children}
    {hint === undefined ? null : (
      <p id={`${id}-hint`} className="field-hint">
        {hint}
      </p>
    )}
    {error === undefined ? null : (
      <p id={`${id}-error`} className="field-error" role="alert">
        {error}
      </p>
    )}
  </div>
);

const describedBy = (id: string, { hint, error }: Pick<Labelled, 'hint' | 'error'>): string | undefined =>
  [hint === undefined ? '' : `${id}-hint`, error === undefined ? '' : `${id}-error`].join(' ').trim() ||
  undefined;

export interface TextFieldProps extends Labelled, Omit<ComponentProps<'input'>, 'id'> {
  /** Addresses, ids, PINs: the stack with tabular figures. */
  readonly data?: boolean;
  /** Stands before the text, inside of the field. */
  readonly before?: ReactNode;
  /** Stands behind the text, inside of the field: a button, a unit. */
  readonly after?: ReactNode;
}

export const TextField = ({
  label,
  hideLabel,
  hint,
  error,
  data = false,
  before,
  after,
  ...rest
}: TextFieldProps) => {
  const id = useId();
  return (
    <Frame id={id} label={label} {...({ hideLabel, hint, error } as Partial<Labelled>)}>
      <div className="text-field" data-wrong={error === undefined ? undefined : true}>
        {before}
        <input
          autoComplete="off"
          spellCheck={false}
          {...rest}
          id={id}
          className={data ? 'data' : undefined}
          aria-invalid={error === undefined ? undefined : true}
          aria-describedby={describedBy(id, { hint, error })}
        />
        {after}
      </div>
    </Frame>
  );
};

export interface TextAreaProps extends Labelled, Omit<ComponentProps<'textarea'>, 'id'> {}

export const TextArea = ({ label, hideLabel, hint, error, ...rest }: TextAreaProps) => {
  const id = useId();
  return (
    <Frame id={id} label={label} {...({ hideLabel, hint, error } as Partial<Labelled>)}>
      <textarea
        {...rest}
        id={id}
        className="text-area selectable"
        aria-invalid={error === undefined ? undefined : true}
        aria-describedby={describedBy(id, { hint, error })}
      />
    </Frame>
  );
};

export interface SelectProps<T extends string> extends Labelled {
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
  readonly disabled?: boolean;
}

export const Select = <T extends string>({
  label,
  hideLabel,
  hint,
  error,
  value,
  options,
  onChange,
  disabled = false,
}: SelectProps<T>) => {
  const id = useId();
  return (
    <Frame id={id} label={label} {...({ hideLabel, hint, error } as Partial<Labelled>)}>
      <select
        id={id}
        className="select"
        value={value}
        disabled={disabled}
        aria-describedby={describedBy(id, { hint, error })}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value);
          if (chosen !== undefined) onChange(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Frame>
  );
};

export interface ToggleProps {
  readonly label: string;
  readonly hideLabel?: boolean;
  readonly hint?: ReactNode;
  readonly checked: boolean;
  /** Some of what it stands for, not all. Check boxes only. */
  readonly mixed?: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
  readonly tabIndex?: number;
}

const Toggle = ({
  label,
  hideLabel = false,
  hint,
  checked,
  mixed = false,
  onChange,
  disabled = false,
  tabIndex,
  role,
}: ToggleProps & { readonly role?: 'switch' }) => {
  const id = useId();
  return (
    <div
      className={role === 'switch' ? 'toggle toggle-switch' : 'toggle'}
      data-disabled={disabled || undefined}
    >
      <input
        id={id}
        type="checkbox"
        role={role}
        className={role === 'switch' ? 'switch' : 'checkbox'}
        checked={checked}
        disabled={disabled}
        tabIndex={tabIndex}
        ref={(input) => {
          if (input !== null) input.indeterminate = mixed;
        }}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => onChange(event.target.checked)}
      />
      <label htmlFor={id} className={hideLabel ? 'unseen' : undefined}>
        {label}
        {hint === undefined ? null : (
          <span id={`${id}-hint`} className="field-hint">
            {hint}
          </span>
        )}
      </label>
    </div>
  );
};

export const Checkbox = (props: ToggleProps) => <Toggle {...props} />;

/** Takes effect at once. */
export const Switch = (props: Omit<ToggleProps, 'mixed'>) => <Toggle {...props} role="switch" />;
