import { describe, expect, it } from 'vitest';

import type { CaptureConnection, CaptureRecord } from '../../../shared/model/capture.ts';
import { captureEventKinds } from '../../../shared/model/capture.ts';
import { errorSentence } from '../../i18n/errors.ts';
import { summaryWords } from './row-words.ts';

const row = {
  kind: 'event',
  number: 7,
  direction: 'in',
  type: captureEventKinds.indexOf('close'),
} as unknown as CaptureRecord;

const connection = (event: { readonly text: string; readonly code?: string }): CaptureConnection =>
  ({ events: [{ number: 7, kind: 'close', ...event }] }) as unknown as CaptureConnection;

describe('an event', () => {
  it('is told in the language of the window alone', () => {
    const ended = connection({ text: 'Both sides had ended.' });
    expect(summaryWords('en', row, undefined, ended)).toMatch(/Both sides had ended\.$/u);
    expect(summaryWords('zh', row, undefined, ended)).toBe('连接已关闭');
    const broken = connection({ text: 'No frame for 30 s.', code: 'timeout' });
    expect(summaryWords('zh', row, undefined, broken)).toBe(`连接已关闭 · ${errorSentence('zh', 'timeout')}`);
  });
});
