/** What can be set in the framing lab: messages, strategy, and what happens between the two programs. */

import { labLimits } from '../../../shared/model/lab.ts';
import { splitters, type WritePattern, writePatterns } from '../../../shared/lab/framing/plan.ts';
import {
  type ByteOrder,
  type LengthFormat,
  lengthFieldLengths,
  type StrategyKind,
} from '../../../shared/lab/framing/strategy.ts';
import { Select, Switch, TextArea } from '../../components/Field.tsx';
import { useText } from '../../i18n/language.ts';
import { NumberField } from '../NumberField.tsx';
import { bounds, type LabSettings } from './settings.ts';
import { framingText } from './text.ts';

export interface ControlsProps {
  readonly settings: LabSettings;
  readonly onChange: (settings: LabSettings) => void;
}

const kinds: readonly StrategyKind[] = ['none', 'pause', 'fixed', 'terminator', 'length'];
const terminators = { newline: 0x0a, semicolon: 0x3b, zero: 0 } as const;
type Terminator = keyof typeof terminators;
const terminatorNames = Object.keys(terminators) as Terminator[];
const readAfters = ['1', '2', '3', '8'] as const;

export const Controls = ({ settings, onChange }: ControlsProps) => {
  const text = useText(framingText);
  const set = (change: Partial<LabSettings>): void => onChange({ ...settings, ...change });
  return (
    <form className="learn-controls" aria-label={text.controls} onSubmit={(event) => event.preventDefault()}>
      <TextArea
        label={text.messages}
        hint={text.messagesHint}
        rows={4}
        maxLength={labLimits.streamBytes}
        value={settings.messages}
        onChange={(event) => set({ messages: event.target.value })}
      />
      <Select
        label={text.strategy}
        value={settings.strategy}
        options={kinds.map((value) => ({ value, label: text.strategies[value] }))}
        onChange={(strategy) => set({ strategy })}
      />
      <p className="quiet learn-note">{text.strategyNotes[settings.strategy]}</p>
      <StrategyControls settings={settings} onChange={onChange} />
      <h3>{text.conditions}</h3>
      <ConditionControls settings={settings} onChange={onChange} />
    </form>
  );
};

const StrategyControls = ({ settings, onChange }: ControlsProps) => {
  const text = useText(framingText);
  const { format } = settings;
  const set = (change: Partial<LabSettings>): void => onChange({ ...settings, ...change });
  const setFormat = (change: Partial<LengthFormat>): void => set({ format: { ...format, ...change } });
  const orders: readonly { readonly value: ByteOrder; readonly label: string }[] = [
    { value: 'big', label: text.bigEndian },
    { value: 'little', label: text.littleEndian },
  ];
  const limit = (
    <NumberField
      label="maxFrameLength"
      value={format.maxFrameLength}
      bounds={bounds.maxFrameLength}
      onChange={(maxFrameLength) => setFormat({ maxFrameLength })}
    />
  );
  switch (settings.strategy) {
    case 'none':
    case 'pause':
      return null;
    case 'fixed':
      return (
        <NumberField
          label={text.fixedLength}
          value={settings.fixedLength}
          bounds={bounds.fixedLength}
          onChange={(fixedLength) => set({ fixedLength })}
        />
      );
    case 'terminator':
      return (
        <>
          <Select
            label={text.terminatorByte}
            value={terminatorNames.find((name) => terminators[name] === settings.terminator) ?? 'newline'}
            options={terminatorNames.map((value) => ({ value, label: text.terminators[value] }))}
            onChange={(name) => set({ terminator: terminators[name] })}
          />
          <Switch label={text.escapes} checked={settings.escapes} onChange={(escapes) => set({ escapes })} />
          {limit}
        </>
      );
    case 'length':
      return (
        <div className="learn-pairs">
          {(['lengthFieldOffset', 'lengthAdjustment', 'initialBytesToStrip'] as const).map((name) => (
            <NumberField
              key={name}
              label={name}
              value={format[name]}
              bounds={bounds[name]}
              onChange={(value) => setFormat({ [name]: value })}
            />
          ))}
          <Select
            label="lengthFieldLength"
            value={String(format.lengthFieldLength)}
            options={lengthFieldLengths.map((value) => ({ value: String(value), label: String(value) }))}
            onChange={(value) =>
              setFormat({
                lengthFieldLength: lengthFieldLengths.find((each) => String(each) === value) ?? 4,
              })
            }
          />
          {limit}
          <div className="learn-orders">
            <Select
              label={text.written}
              value={format.byteOrder}
              options={orders}
              onChange={(byteOrder) => setFormat({ byteOrder })}
            />
            <Select
              label={text.readAs}
              value={format.readAs}
              options={orders}
              onChange={(readAs) => setFormat({ readAs })}
            />
          </div>
        </div>
      );
  }
};

const ConditionControls = ({ settings, onChange }: ControlsProps) => {
  const text = useText(framingText);
  const { conditions } = settings;
  const set = (change: Partial<LabSettings['conditions']>): void =>
    onChange({ ...settings, conditions: { ...conditions, ...change } });
  const isFree = conditions.splitter === 'system';
  return (
    <>
      <Select<WritePattern>
        label={text.writePattern}
        value={conditions.writePattern}
        options={writePatterns.map((value) => ({ value, label: text.writePatterns[value] }))}
        onChange={(writePattern) => set({ writePattern })}
      />
      <Select
        label={text.splitter}
        value={conditions.splitter}
        options={splitters.map((value) => ({ value, label: text.splitters[value] }))}
        onChange={(splitter) => set({ splitter })}
      />
      <Switch
        label={text.nagle}
        hint={text.nagleHint}
        checked={conditions.nagle}
        onChange={(nagle) => set({ nagle })}
      />
      <div className="learn-pairs">
        {isFree ? (
          <>
            {settings.strategy === 'pause' ? (
              <NumberField
                label={text.pauseMs}
                value={settings.pauseMs}
                bounds={bounds.delayMs}
                onChange={(pauseMs) => onChange({ ...settings, pauseMs })}
              />
            ) : null}
            <NumberField
              label={text.readDelayMs}
              value={settings.readDelayMs}
              bounds={bounds.delayMs}
              onChange={(readDelayMs) => onChange({ ...settings, readDelayMs })}
            />
          </>
        ) : (
          <>
            <NumberField
              label={text.mss}
              value={conditions.mss}
              bounds={bounds.mss}
              onChange={(mss) => set({ mss })}
            />
            <Select
              label={text.readAfter}
              value={readAfters.find((each) => Number(each) === conditions.readAfter) ?? '1'}
              options={readAfters.map((value) => ({ value, label: text.readAfterOptions[value] }))}
              onChange={(value) => set({ readAfter: Number(value) })}
            />
          </>
        )}
        {isFree && conditions.writePattern !== 'random' ? null : (
          <NumberField
            label={text.seed}
            hint={text.seedHint}
            value={conditions.seed}
            bounds={bounds.seed}
            onChange={(seed) => set({ seed })}
          />
        )}
      </div>
    </>
  );
};
