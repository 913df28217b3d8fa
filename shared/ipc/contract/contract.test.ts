/** Nothing is lost on its way: what a parser forgot it would drop without a word. */

import * as v from 'valibot';
import { describe, expect, it } from 'vitest';

import {
  callSamples,
  changeSamples,
  eventSamples,
  replySamples,
  requestSamples,
} from '../../testing/contract-samples.ts';
import { snapshot } from '../../testing/views.ts';
import { replySchema, requestSchema } from '../envelope.ts';
import type { CallName, EventName } from './index.ts';
import { calls, changeValue, events, snapshotValue } from './index.ts';

const callNames = Object.keys(calls) as CallName[];
const eventNames = Object.keys(events) as EventName[];

describe('the contract', () => {
  it.each(callNames)('carries all arguments of %s', (name) => {
    const { args } = callSamples[name];
    expect(v.parse(calls[name].args, args)).toEqual(args);
  });

  it.each(callNames)('carries all of the result of %s', (name) => {
    const { result } = callSamples[name];
    expect(v.parse(calls[name].result, result)).toEqual(result);
  });

  it.each(eventNames)('carries all of the event %s', (name) => {
    expect(v.parse(events[name], eventSamples[name])).toEqual(eventSamples[name]);
  });

  it('carries all of a snapshot', () => {
    expect(v.parse(snapshotValue, snapshot)).toEqual(snapshot);
  });

  it.each(changeSamples.map((change) => [Object.entries(change)[0]?.join(' '), change] as const))(
    'carries all of the change "%s"',
    (_title, change) => {
      expect(v.parse(changeValue, change)).toEqual(change);
    },
  );

  it.each(Object.values(requestSamples))('carries all of a message "$kind" from the window', (message) => {
    expect(v.parse(requestSchema, message)).toEqual(message);
  });

  it.each(Object.values(replySamples))('carries all of a message "$kind" to the window', (message) => {
    expect(v.parse(replySchema, message)).toEqual(message);
  });
});
