/** What the protocol says of frames, in Simplified Chinese: the counterpart of shared/protocol/phrases-en.ts. */

import type { TypeName } from '../../shared/protocol/catalog.ts';
import type { PhraseTable, TotalsArgs } from '../../shared/protocol/phrases.ts';
import { chineseMeanings } from './meanings-zh.ts';

const types: Readonly<Record<TypeName, string>> = {
  HELLO: '控制连接的第一帧：拨出方是谁，支持什么。',
  WELCOME: '应答 HELLO：监听方是谁，本会话用什么。',
  PING: '询问是否在线。',
  PONG: '应答 PING。',
  ERROR: 'id 为 0 表示连接结束；其他 id 表示该请求失败。',
  BYE: '正常结束的会话的最后一帧。',
  LANE: '通道的第一帧：把这条连接加入一次传输。',
  JOINED: '应答 LANE：通道已属于该传输。',
  LIST: '询问文件夹里有什么；路径为空时询问有哪些共享。',
  LISTING: '应答 LIST：一页条目，按名称的字节序排列。',
  STAT: '询问单个文件、文件夹或共享。',
  ENTRY: '应答 STAT。',
  UNLOCK: '给出共享的 PIN，本会话内有效。',
  UNLOCKED: '应答 UNLOCK：共享已解锁。',
  READ: '请求文件的一段，以便预览而不取回。',
  CONTENT: '应答 READ：文件在该段的字节。',
  TEXT: '递交一段文本，显示给人看。',
  TAKEN: '应答 TEXT：已收下。',
  GET: '请求文件和文件夹；由同一 id 的 OFFER 应答。',
  OFFER: '提议发送文件和文件夹，或应答 GET。',
  TOTALS: '来源仍在统计时，给出更准的总数。',
  ACCEPT: '接受提议，并说明由哪条连接承载数据。',
  DECLINE: '谢绝提议；由 CANCEL 应答。',
  MANIFEST: '文件与文件夹清单的一页；最后一页带 LAST 标志。',
  WANT: '对一段条目作出决定：要哪些、从哪里起、什么条件。',
  DATA: '文件的一块。',
  PACK: '许多小文件，每个都完整。',
  END: '以 DATA 帧到来的文件已完整。',
  SAME: '文件的链值与 WANT 的 `unless` 相同，不再发送。',
  FAULT: '一个文件在发送此帧的一方失败；其余继续。',
  ACK: '告知接收端的进度，清单窗口随之前移。',
  FINISH: '不会再有数据。',
  DONE: '全部处理完毕，传输结束。',
  CANCEL: '结束传输；由 CANCEL 应答。',
  PACE: '数据可以多快，或暂停。',
  NOTICE: '按名称说明清单中没有的条目，或到达的文件与清单有何不同。',
};

const quoted = (text: string): string => `“${text}”`;
const more = (count: number): string => (count > 0 ? ` 等另外 ${count} 项` : '');
const totals = ({ files, bytes, isComplete }: TotalsArgs): string =>
  `${isComplete ? '' : '至少 '}${files} 个文件，${bytes} 字节`;

export const chinesePhrases: PhraseTable = {
  'unknown-type': () => '本版本不认识的类型',
  'type-meaning': ({ type }) => types[type],
  'not-an-object': () => '载荷不是 JSON 对象',
  data: ({ file, bytes, at }) => `文件 ${file}，从 ${at} 起 ${bytes} 字节`,
  'pack-begun': () => '小文件',
  'pack-of-one': ({ file, bytes }) => `文件 ${file}，${bytes} 字节`,
  pack: ({ files, first, bytes, isWhole }) =>
    `从 ${first} 起${isWhole ? ' ' : '至少 '}${files} 个文件，${bytes} 字节`,
  end: ({ file, bytes }) => `文件 ${file} 已完整，${bytes} 字节`,
  same: ({ file }) => `文件 ${file} 已相同`,
  content: ({ bytes, at, size }) => `从 ${at} 起 ${bytes} 字节，共 ${size} 字节`,
  manifest: ({ page, entries, from, isLast, first }) => {
    const names = first === undefined ? '' : `：${quoted(first)}${entries > 1 ? ' 等' : ''}`;
    return `第 ${page} 页，从 ${from} 起 ${entries} 项${isLast ? '，最后一页' : ''}${names}`;
  },
  greeting: ({ alias, id, app, platform, digest }) =>
    [`${quoted(alias)}（${id}）`, app, platform, digest].filter((part) => part !== undefined).join('，'),
  refusal: ({ code, message }) => (message === '' ? code : `${code}：${message}`),
  fault: ({ file, code, message }) => `文件 ${file}：${code}：${message}`,
  notice: ({ path, message }) => `${quoted(path)}：${message}`,
  bye: ({ reason }) => (reason === undefined ? '会话结束' : `会话结束：${reason}`),
  shares: () => '共享列表',
  quoted: ({ text }) => quoted(text),
  listing: ({ entries, path, hasMore }) =>
    `${path === undefined ? '共享列表' : quoted(path)}的 ${entries} 项${hasMore ? '，还有更多' : ''}`,
  read: ({ bytes, at, path }) => `${quoted(path)}从 ${at} 起 ${bytes} 字节`,
  get: ({ first, more: others }) => quoted(first) + more(others),
  offer: ({ first, more: others, totals: all }) => {
    const named = first === undefined ? '无' : quoted(first);
    return all === undefined ? `${named} 等` : `${named}${more(others)}，${totals(all)}`;
  },
  totals,
  accept: ({ isOnLane }) => (isOnLane ? '已接受；数据走通道' : '已接受；数据走本连接'),
  want: ({ first, count, parts }) => {
    const span = count === 1 ? `条目 ${first}` : `条目 ${first} 至 ${first + count - 1}`;
    return `${span}${parts.length === 0 ? '' : `，含 ${parts.join('、')}`}`;
  },
  ack: ({ settled, bytes }) => `${settled} 之前已处理完毕，已写入 ${bytes} 字节`,
  finish: ({ files, bytes, failed }) =>
    `${files} 个文件，${bytes} 字节${failed > 0 ? `，${failed} 个失败` : ''}`,
  pace: ({ bytesPerSecond: rate }) =>
    rate === undefined ? '全速' : rate === '0' ? '暂停' : `每秒 ${rate} 字节`,

  meaning: ({ text }) => chineseMeanings[text] ?? text,
  explained: ({ meaning, value }) => `${meaning}：${value}`,

  bytes: ({ count }) => `${count} 字节`,
  entries: ({ count }) => `${count} 项`,
  items: ({ count }) => `${count} 项`,
  properties: ({ count }) => `${count} 个属性`,
  'bytes-captured': ({ count, of }) => `${of} 字节中捕获了 ${count} 字节`,
  'bytes-present': ({ count, of }) => `${of} 字节中的 ${count} 字节`,

  'no-magic': () => '帧必须以 48 58 44 31 开头。',
  'too-long': ({ seen, allowed }) => `实际 ${seen} 字节，最多允许 ${allowed} 字节。`,
  'unknown-not-optional': () => '未知类型，且未标为可选。',
  'undefined-bits': ({ bits }) => `位 0x${bits.toString(16)} 没有定义。`,
  'misplaced-last': () => 'LAST 对此类型没有意义。',
  'id-not-zero': () => '此类型的 id 应为 0。',
  'id-zero': () => '此类型应带有请求的 id。',
  'header-cut': ({ seen, of }) => `首部的 ${of} 字节只有 ${seen} 字节。`,
  surplus: ({ bytes, allowed, of }) =>
    `多出 ${bytes} 字节；${of === 'frame' ? '整帧' : '载荷'}只允许 ${allowed} 字节。`,
  'not-allowed': ({ seen, allowed }) => `实际 ${seen}；允许：${allowed}。`,
  'bytes-not-allowed': ({ seen, least, most }) => `实际 ${seen} 字节；允许 ${least} 至 ${most} 字节。`,
  'entries-not-allowed': ({ seen, told, least, most }) =>
    `实际 ${seen} 项，声明 ${told} 项；允许 ${least} 至 ${most} 项。`,
  'payload-ends': ({ after, of }) => `载荷应有 ${of} 字节，到第 ${after} 字节就结束了。`,
  'not-utf8': () => '不是 UTF-8。',
  'not-json': ({ at, what }) => `从第 ${at} 字节起不是 JSON：${chineseMeanings[what] ?? what}。`,
};
