/** The filter: a field with completion, what is wrong with it, chips for the usual ones. A wrong text changes nothing. */

import { Filter as FilterIcon, X } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { useEffect, useId, useMemo, useRef, useState } from 'react';

import { completionsAt, type Completion } from '../../../shared/protocol/filter/complete.ts';
import { isFieldName } from '../../../shared/protocol/filter/fields.ts';
import { parseFilter } from '../../../shared/protocol/filter/parse.ts';
import type { FilterFault } from '../../../shared/protocol/filter/syntax.ts';
import { IconButton } from '../../components/Button.tsx';
import { useText } from '../../i18n/language.ts';
import { useFeed, useInspected, useInspector } from '../model.ts';
import { inspectorText } from '../text.ts';
import { chipFilters, chipNames, combined, onlyFilter, withChip } from './combine.ts';

/** Applies what is set to the feed; a wrong text leaves the last good one in force. Answers with what is wrong. */
export const useFilter = (): FilterFault | undefined => {
  const feed = useFeed();
  const typed = useInspected((state) => state.typed);
  const chips = useInspected((state) => state.chips);
  const only = useInspected((state) => state.only);
  const good = useRef('');
  const parsed = useMemo(() => parseFilter(typed), [typed]);
  if (parsed.ok) good.current = typed;
  const texts = [
    ...(good.current.trim() === '' ? [] : [good.current]),
    ...chips.map((chip) => chipFilters[chip]),
    ...(only === undefined ? [] : [onlyFilter(only, feed.transfers)]),
  ];
  // The text is the key: connections that become known change it.
  const key = texts.join('\n');
  useEffect(() => feed.setFilter(combined(key === '' ? [] : key.split('\n'))), [feed, key]);
  return parsed.ok ? undefined : parsed.fault;
};

export const FilterField = ({ fault }: { readonly fault: FilterFault | undefined }) => {
  const text = useText(inspectorText);
  const inspector = useInspector();
  const typed = useInspected((state) => state.typed);
  const input = useRef<HTMLInputElement>(null);
  const [cursor, setCursor] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const [index, setIndex] = useState(-1);
  const [scroll, setScroll] = useState(0);
  const id = useId();
  const completions = useMemo(
    () => (isOpen ? completionsAt(typed, Math.min(cursor, typed.length)) : []),
    [isOpen, typed, cursor],
  );
  const isShown = completions.length > 0;
  // While somebody is still at the end of a word that could become right, nothing is wrong yet.
  const shownFault =
    fault !== undefined && !(isShown && cursor >= fault.at && cursor <= fault.end) ? fault : undefined;

  const take = ({ insert, from, to, kind }: Completion): void => {
    const after = typed.slice(to);
    const space = after.startsWith(' ') || (kind === 'value' && after !== '') ? '' : ' ';
    const next = `${typed.slice(0, from)}${insert}${space}${after}`;
    const at = from + insert.length + space.length;
    inspector.set({ typed: next });
    setCursor(at);
    setIndex(-1);
    requestAnimationFrame(() => input.current?.setSelectionRange(at, at));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!isOpen) return setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      const all = completions.length;
      if (all > 0) setIndex((before) => (before + step + all + (before < 0 && step < 0 ? 1 : 0)) % all);
    } else if (event.key === 'Enter' || event.key === 'Tab') {
      const chosen = completions[index] ?? (event.key === 'Tab' && isShown ? completions[0] : undefined);
      if (chosen === undefined) return setOpen(false);
      event.preventDefault();
      take(chosen);
    } else if (['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) {
      setOpen(false);
    } else if (event.key === 'Escape' && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    }
  };

  return (
    <div className="inspector-filter">
      <div className="text-field" data-wrong={shownFault === undefined ? undefined : true}>
        <FilterIcon size={14} aria-hidden />
        <div className="inspector-filter-box">
          {shownFault === undefined ? null : (
            <div
              className="inspector-filter-under"
              aria-hidden
              style={{ transform: `translateX(${-scroll}px)` }}
            >
              {typed.slice(0, shownFault.at)}
              <u>{typed.slice(shownFault.at, shownFault.end) || ' '}</u>
            </div>
          )}
          <input
            ref={input}
            role="combobox"
            aria-label={text.filter.label}
            aria-expanded={isShown}
            aria-controls={`${id}-list`}
            aria-autocomplete="list"
            aria-activedescendant={index >= 0 ? `${id}-${index}` : undefined}
            aria-invalid={shownFault === undefined ? undefined : true}
            aria-describedby={shownFault === undefined ? undefined : `${id}-fault`}
            autoComplete="off"
            spellCheck={false}
            placeholder={text.filter.hint}
            data-search=""
            value={typed}
            onChange={(event) => {
              inspector.set({ typed: event.target.value });
              setCursor(event.target.selectionStart ?? event.target.value.length);
              setOpen(event.target.value !== '');
              setIndex(-1);
            }}
            onSelect={(event) => setCursor(event.currentTarget.selectionStart ?? 0)}
            onScroll={(event) => setScroll(event.currentTarget.scrollLeft)}
            onBlur={() => setOpen(false)}
            onKeyDown={onKeyDown}
          />
        </div>
        {typed === '' ? null : (
          <IconButton
            small
            icon={X}
            label={text.filter.clear}
            onClick={() => {
              inspector.set({ typed: '' });
              input.current?.focus();
            }}
          />
        )}
      </div>
      {isShown ? (
        <ul
          className="inspector-completions"
          role="listbox"
          id={`${id}-list`}
          aria-label={text.filter.suggestions}
        >
          {completions.map((completion, at) => (
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
            <li
              key={completion.insert}
              id={`${id}-${at}`}
              role="option"
              aria-selected={at === index}
              ref={(element) => {
                if (at === index) element?.scrollIntoView({ block: 'nearest' });
              }}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => take(completion)}
            >
              <span className="data">{completion.insert}</span>
              <span className="faint clip">
                {isFieldName(completion.insert) ? text.filter.fields[completion.insert] : ''}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
      {shownFault === undefined ? null : (
        <p id={`${id}-fault`} className="inspector-fault" role="status">
          <b>{text.filter.faults[shownFault.what]}</b>{' '}
          {shownFault.seen === '' ? '' : text.filter.seen(shownFault.seen)}{' '}
          {shownFault.allowed.length === 0
            ? ''
            : text.filter.allowed(shownFault.allowed.slice(0, 12).join(' '))}{' '}
          <span className="faint">{text.filter.kept}</span>
        </p>
      )}
    </div>
  );
};

export const FilterChips = () => {
  const text = useText(inspectorText);
  const inspector = useInspector();
  const chips = useInspected((state) => state.chips);
  const only = useInspected((state) => state.only);
  const onlyLabel =
    only === undefined
      ? ''
      : only.kind === 'connection'
        ? text.filter.onlyConnection(only.connection)
        : only.kind === 'request'
          ? text.filter.onlyRequest(only.id)
          : text.filter.onlyTransfer;
  return (
    <div className="inspector-chips">
      {chipNames.map((chip) => (
        <button
          key={chip}
          type="button"
          className="inspector-chip"
          aria-pressed={chips.includes(chip)}
          data-tip={chipFilters[chip]}
          onClick={() => inspector.set({ chips: withChip(chips, chip) })}
        >
          {text.filter.chips[chip]}
        </button>
      ))}
      {only === undefined ? null : (
        <button
          type="button"
          className="inspector-chip"
          aria-pressed
          data-tip={text.filter.lift}
          onClick={() => inspector.set({ only: undefined })}
        >
          {onlyLabel}
          <X size={12} strokeWidth={2} aria-hidden />
          <span className="unseen">{text.filter.lift}</span>
        </button>
      )}
    </div>
  );
};
