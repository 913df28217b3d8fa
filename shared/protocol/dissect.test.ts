import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFrame } from './codec.ts';
import { type DissectNode, dissect, leavesOf } from './dissect.ts';
import { secretRanges } from './dissect/json.ts';
import { messages } from './catalog.ts';
import { headerBytes } from './limits.ts';
import { encodeUtf8, fromHex } from '../base/text.ts';
import badFraming from './vectors/bad-framing.json' with { type: 'json' };
import badPayload from './vectors/bad-payload.json' with { type: 'json' };
import browse from './vectors/browse.json' with { type: 'json' };
import session from './vectors/session.json' with { type: 'json' };
import transfer from './vectors/transfer.json' with { type: 'json' };

const bytesOf = (hex: string): Uint8Array => fromHex(hex) as Uint8Array;
const goodVectors = [...session.vectors, ...browse.vectors, ...transfer.vectors];
const goodFrames = goodVectors.map((vector) => bytesOf(vector.hex));

/** Leaves stand one behind the other and cover the tree; children never leave their parent. */
function tilingFaults(tree: DissectNode): string[] {
  const faults: string[] = [];
  let at = tree.offset;
  for (const leaf of leavesOf(tree)) {
    if (leaf.offset !== at || leaf.length < 0)
      faults.push(`${leaf.name} stands at ${leaf.offset}, not at ${at}`);
    at += leaf.length;
  }
  if (at !== tree.offset + tree.length)
    faults.push(`the leaves end at ${at}, the tree at ${tree.offset + tree.length}`);
  return [...faults, ...nestingFaults(tree)];
}

function nestingFaults(tree: DissectNode): string[] {
  return (tree.children ?? []).flatMap((child) => {
    const isInside = child.offset >= tree.offset && child.offset + child.length <= tree.offset + tree.length;
    return [...(isInside ? [] : [`${child.name} leaves ${tree.name}`]), ...nestingFaults(child)];
  });
}

const problemsOf = (tree: DissectNode): string[] => [
  ...(tree.problem === undefined ? [] : [tree.problem]),
  ...(tree.children ?? []).flatMap(problemsOf),
];

function find(tree: DissectNode, ...path: readonly string[]): DissectNode {
  return path.reduce<DissectNode>((node, name) => {
    const child = node.children?.find((each) => each.name === name);
    if (child === undefined) throw new Error(`no ${name} in ${node.name}`);
    return child;
  }, tree);
}

describe('the leaves tile the frame without gap or overlap', () => {
  test.each(goodVectors)('$name, and nothing is wrong with it', ({ hex }) => {
    const frame = bytesOf(hex);
    const tree = dissect(frame);
    expect(tilingFaults(tree)).toEqual([]);
    expect(tree.length).toBe(frame.length);
    expect(problemsOf(tree)).toEqual([]);
  });

  test('for every vector cut at every place', () => {
    for (const frame of goodFrames) {
      for (let end = 0; end < frame.length; end += 1) {
        const tree = dissect(frame.subarray(0, end));
        expect(tilingFaults(tree)).toEqual([]);
        if (end < headerBytes) continue;
        expect(tree.length).toBe(frame.length);
        expect(find(tree, 'payload', 'not captured')).toMatchObject({
          offset: end,
          length: frame.length - end,
        });
        expect(problemsOf(tree)).toEqual([]);
      }
    }
  });

  const visiblyBad = [...badFraming.vectors, ...badPayload.vectors].filter(
    ({ error }) => error !== 'truncated-frame',
  );
  test.each(visiblyBad)('$name, and the tree says so', ({ hex }) => {
    const tree = dissect(bytesOf(hex));
    expect(tilingFaults(tree)).toEqual([]);
    expect(problemsOf(tree)).not.toEqual([]);
  });

  test('for arbitrary bytes, without throwing', () => {
    const noise = fc.uint8Array({ maxLength: 200 });
    const mutated = fc
      .tuple(fc.constantFrom(...goodFrames), fc.nat(), fc.nat(255), fc.nat())
      .map(([good, at, byte, end]) => {
        const frame = good.slice();
        frame[at % frame.length] = byte;
        return frame.subarray(0, end % 4 === 0 ? end % frame.length : frame.length);
      });
    fc.assert(
      fc.property(fc.oneof(noise, mutated), (bytes) => {
        const tree = dissect(bytes);
        expect(tilingFaults(tree)).toEqual([]);
        expect(tree.length).toBeGreaterThanOrEqual(bytes.length);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a node says', () => {
  test('name, place, value and meaning of every header field', () => {
    const header = find(dissect(encodeFrame('SAME', { id: 9, channel: 2 }, { file: 7 })), 'header');
    expect(header.children?.map(({ name, offset, length, value }) => [name, offset, length, value])).toEqual([
      ['magic', 0, 4, '48584431'],
      ['length', 4, 4, 8],
      ['type', 8, 1, 0x2a],
      ['flags', 9, 1, 0],
      ['channel', 10, 2, 2],
      ['id', 12, 4, 9],
    ]);
    expect(find(header, 'type').meaning).toBe('type of the message: SAME');
  });

  test('where a property of a JSON payload stands', () => {
    const frame = encodeFrame(
      'OFFER',
      { id: 1 },
      {
        transfer: '0'.repeat(32),
        roots: [{ name: '写真', kind: 'folder', size: 0 }],
        rootCount: 1,
        totals: { files: 1, folders: 1, bytes: 5, complete: true },
      },
    );
    const text = (node: DissectNode): string =>
      new TextDecoder().decode(frame.subarray(node.offset, node.offset + node.length));
    const payload = find(dissect(frame), 'payload');
    expect(text(find(payload, 'roots', '[0]', 'name'))).toBe('"name":"写真"');
    expect(find(payload, 'roots', '[0]', 'name')).toMatchObject({
      value: '写真',
      meaning: 'name at the top of the tree',
    });
    expect(text(find(payload, 'totals', 'bytes'))).toBe('"bytes":5');
    expect(text(payload)).toBe(payload.value);
  });

  test('that a property is not known to this version', () => {
    const frame = bytesOf(goodVectors.find((vector) => vector.name === 'STAT')?.hex ?? '');
    const payload = encodeUtf8('{"path":"a","zoom":[1]}');
    const longer = new Uint8Array(headerBytes + payload.length);
    longer.set(frame.subarray(0, headerBytes));
    longer[7] = payload.length;
    longer.set(payload, headerBytes);
    expect(find(dissect(longer), 'payload', 'zoom').meaning).toContain('not known');
  });

  test('what a number in a binary payload means', () => {
    const frame = encodeFrame(
      'MANIFEST',
      { id: 1 },
      {
        page: 0,
        first: 0,
        entries: [
          {
            kind: 'file',
            executable: true,
            parent: -1,
            size: 1,
            mtime: 1_700_000_000_123_456,
            version: 'ab'.repeat(16),
            name: 'x',
          },
        ],
      },
    );
    const entry = find(dissect(frame), 'payload', 'entries', '[0]');
    expect(entry.value).toBe('x');
    expect(find(entry, 'kind').meaning).toBe('what it is: file');
    expect(find(entry, 'entryFlags').meaning).toContain('executable');
    expect(find(entry, 'parent').value).toBe('none');
    expect(find(entry, 'mtime').meaning).toContain('2023-11-14T22:13:20.123456Z');
    expect(find(entry, 'version').value).toBe('ab'.repeat(16));
  });

  test('that bytes follow the frame', () => {
    const frame = encodeFrame('PING', { id: 0 }, {});
    const longer = new Uint8Array(frame.length + 3);
    longer.set(frame);
    const tree = dissect(longer);
    expect(tilingFaults(tree)).toEqual([]);
    expect(find(tree, 'surplus')).toMatchObject({ offset: frame.length, length: 3 });
  });

  test('that a length is over the limit, and trusts it no further', () => {
    const tree = dissect(bytesOf('48584431ffffffff1000000000000001'));
    expect(tree.length).toBe(16);
    expect(find(tree, 'header', 'length').problem).toContain('at most 262144');
  });
});

describe('a secret', () => {
  const frame = encodeFrame('UNLOCK', { id: 1 }, { share: 'photos', pin: 'swordfish' });

  test('shows nowhere in the tree, whole, cut or broken', () => {
    for (let end = headerBytes; end <= frame.length; end += 1) {
      expect(JSON.stringify(dissect(frame.subarray(0, end)))).not.toMatch(/sword|swo/);
    }
    for (const at of [16, 20, 40, 45, frame.length - 1]) {
      const broken = frame.slice();
      broken[at] = 0x5b;
      expect(JSON.stringify(dissect(broken))).not.toContain('swordfish');
    }
  });

  test('is found by its place, for whoever stores payloads', () => {
    const payload = frame.subarray(headerBytes);
    const [range] = secretRanges(messages.UNLOCK.schema, payload) as [{ start: number; end: number }];
    expect(new TextDecoder().decode(payload.subarray(range.start, range.end))).toBe('"swordfish"');
    expect(secretRanges(messages.LIST.schema, encodeUtf8('{"path":"a"}'))).toEqual([]);
    expect(secretRanges(messages.UNLOCK.schema, payload.subarray(0, 5))).toEqual([{ start: 0, end: 5 }]);
  });
});
