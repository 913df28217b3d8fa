import { describe, expect, it } from 'vitest';
import { FakeSink } from '../testing/fake-world.ts';
import { LiveLines } from './live-lines.ts';

// oxlint-disable-next-line no-control-regex -- this is what sequences begin with
const sequenceOrCharacter = /\u001B\[\d*[AJK]|[\s\S]/gu;

/** What a terminal would show after these bytes: enough of one for what LiveLines writes. */
const screenAfter = (
  text: string,
): { readonly lines: readonly string[]; readonly cursor: readonly [number, number] } => {
  const lines: string[] = [''];
  let [row, column] = [0, 0];
  for (const [part] of text.matchAll(sequenceOrCharacter)) {
    if (part === '\r') column = 0;
    else if (part === '\n') row += 1;
    else if (part === '\u001B[K') lines[row] = (lines[row] ?? '').slice(0, column);
    else if (part === '\u001B[J') lines.splice(row, Infinity, (lines[row] ?? '').slice(0, column));
    else if (part.startsWith('\u001B')) row -= Number(part.slice(2, -1));
    else {
      const line = (lines[row] ?? '').padEnd(column);
      lines[row] = line.slice(0, column) + part + line.slice(column + 1);
      column += 1;
    }
    lines[row] ??= '';
  }
  return { lines, cursor: [row, column] };
};

const atTerminal = (columns = 40): { readonly sink: FakeSink; readonly live: LiveLines } => {
  const sink = new FakeSink();
  sink.columns = columns;
  return { sink, live: new LiveLines(sink) };
};

describe('live lines', () => {
  it('replace what they showed before, and leave the cursor at their start', () => {
    const { sink, live } = atTerminal();
    live.draw(['first longer line', 'second']);
    live.draw(['short', 'second']);
    expect(screenAfter(sink.text)).toEqual({ lines: ['short', 'second'], cursor: [0, 0] });
  });

  it('become fewer without leaving the rest behind', () => {
    const { sink, live } = atTerminal();
    live.draw(['one', 'two']);
    live.draw(['only']);
    expect(screenAfter(sink.text).lines).toEqual(['only']);
  });

  it('become more', () => {
    const { sink, live } = atTerminal();
    live.draw(['only']);
    live.draw(['one', 'two']);
    expect(screenAfter(sink.text)).toEqual({ lines: ['one', 'two'], cursor: [0, 0] });
  });

  it('change the second line alone', () => {
    const { sink, live } = atTerminal();
    live.draw(['one', 'two']);
    live.draw(['one', 'three']);
    expect(screenAfter(sink.text)).toEqual({ lines: ['one', 'three'], cursor: [0, 0] });
  });

  it('write nothing when nothing changed', () => {
    const { sink, live } = atTerminal();
    live.draw(['one', 'two']);
    const before = sink.text;
    live.draw(['one', 'two']);
    expect(sink.text).toBe(before);
  });

  it('are gone when cleared, once', () => {
    const { sink, live } = atTerminal();
    live.draw(['one', 'two']);
    live.clear();
    live.clear();
    expect(screenAfter(sink.text)).toEqual({ lines: [''], cursor: [0, 0] });
    expect(sink.text.split('\u001B[J')).toHaveLength(2);
  });

  it('stay short of the last column', () => {
    const { sink, live } = atTerminal(20);
    live.draw(['x'.repeat(50)]);
    expect(screenAfter(sink.text).lines[0]).toHaveLength(19);
  });

  it('are not drawn while a question is on the screen', () => {
    const { sink, live } = atTerminal();
    live.draw(['one']);
    live.hold();
    const before = sink.text;
    live.draw(['two']);
    expect(sink.text).toBe(before);
    live.release();
    live.draw(['two']);
    expect(screenAfter(sink.text).lines).toEqual(['two']);
  });
});
