/**
 * What the protocol says of frames and fields, in Simplified Chinese. The English words are the protocol's own (catalog,
 * summary, dissect) and serve as keys; a test fails when one of the catalog's has no Chinese.
 */

import { noteSentence } from '../../shared/model/capture-notes.ts';
import type { CaptureNote } from '../../shared/model/capture-notes.ts';
import type { Language } from '../../shared/model/settings.ts';
import { type SummarisedFrame, summaryOf } from '../../shared/protocol/summary.ts';

const types: Readonly<Record<string, string>> = {
  'First frame of a control connection: who the dialer is and what it speaks.':
    '控制连接的第一帧：拨出方是谁，支持什么。',
  'Answers HELLO: who the listener is and what the session will speak.':
    '应答 HELLO：监听方是谁，本会话用什么。',
  'Asks for a sign of life.': '询问是否在线。',
  'Answers PING.': '应答 PING。',
  'With id 0 the connection is over; with another id that request failed.':
    'id 为 0 表示连接结束；其他 id 表示该请求失败。',
  'Last frame of a session that ends well.': '正常结束的会话的最后一帧。',
  'First frame of a lane: joins the connection to a transfer.': '通道的第一帧：把这条连接加入一次传输。',
  'Answers LANE: the lane belongs to the transfer.': '应答 LANE：通道已属于该传输。',
  'Asks what is in a folder, or with an empty path which shares there are.':
    '询问文件夹里有什么；路径为空时询问有哪些共享。',
  'Answers LIST with one page of entries in byte order of their names.':
    '应答 LIST：一页条目，按名称的字节序排列。',
  'Asks about a single file, folder or share.': '询问单个文件、文件夹或共享。',
  'Answers STAT.': '应答 STAT。',
  'Gives the PIN of a share; it holds for this session.': '给出共享的 PIN，本会话内有效。',
  'Answers UNLOCK: the share is open.': '应答 UNLOCK：共享已解锁。',
  'Asks for a range of a file, to look at it without fetching it.': '请求文件的一段，以便预览而不取回。',
  'Answers READ: the bytes that the file has in that range.': '应答 READ：文件在该段的字节。',
  'Hands over a piece of text, to be shown to a person.': '递交一段文本，显示给人看。',
  'Answers TEXT: it was taken.': '应答 TEXT：已收下。',
  'Asks for files and folders; answered by an OFFER of the same id.':
    '请求文件和文件夹；由同一 id 的 OFFER 应答。',
  'Offers files and folders, or answers GET.': '提议发送文件和文件夹，或应答 GET。',
  'Tells better totals while the source still counts.': '来源仍在统计时，给出更准的总数。',
  'Accepts the offer and says which connection carries the bulk.': '接受提议，并说明由哪条连接承载数据。',
  'Declines the offer; answered by CANCEL.': '谢绝提议；由 CANCEL 应答。',
  'One page of the list of files and folders; flag LAST on the last page.':
    '文件与文件夹清单的一页；最后一页带 LAST 标志。',
  'Decides about a span of entries: which are wanted, from where, on what condition.':
    '对一段条目作出决定：要哪些、从哪里起、什么条件。',
  'One chunk of a file.': '文件的一块。',
  'Many small files, each whole.': '许多小文件，每个都完整。',
  'The file that came in DATA frames is complete.': '以 DATA 帧到来的文件已完整。',
  'The file has the chain that WANT named in `unless`; it is not sent.':
    '文件的链值与 WANT 的 `unless` 相同，不再发送。',
  'One file failed on the sender of this frame; the others go on.':
    '一个文件在发送此帧的一方失败；其余继续。',
  'Tells how far the sink is, which moves the manifest window on.': '告知接收端的进度，清单窗口随之前移。',
  'Nothing more comes.': '不会再有数据。',
  'Everything is settled; the transfer is over.': '全部处理完毕，传输结束。',
  'Ends the transfer; answered by CANCEL.': '结束传输；由 CANCEL 应答。',
  'How fast bulk may come, or that it pauses.': '数据可以多快，或暂停。',
  'Tells by name what is not in the manifest, or how a file that arrives differs.':
    '按名称说明清单中没有的条目，或到达的文件与清单有何不同。',
  '`failed`, `omitted` or `note`: see "Notices"': '`failed`、`omitted` 或 `note`：见“Notices”一节',
  'for people: path from the top of the tree, with "/"': '给人看的路径：从目录树顶层起，以“/”分隔',
  'why: see "Notices"': '原因：见“Notices”一节',
};

const fields: Readonly<Record<string, string>> = {
  'device id of the side that opens the lane, as it gave it in the handshake':
    '打开通道一方的设备编号，与握手时给出的相同',
  'the name': '名称',
  'all entries at the top of the tree, or the first 100 of more':
    '树顶层的全部条目，超过 100 项时为前 100 项',
  'the folder that it goes to, for a source on the same machine: see "Offer"':
    '将存入的文件夹，供同一台机器上的来源使用：见“Offer”',
  'bytes of content stored under this `transfer`, in all attempts; see "Settlement"':
    '在此 `transfer` 的所有尝试中已存储的内容字节数；见“Settlement”',
  'bytes that were there before, as far as known': '之前已有的字节，就已知部分',
  'files sent or found the same in this attempt': '本次尝试中已发送或相同的文件数',
  'bytes of content sent in this attempt': '本次尝试中已发送的内容字节数',
  'bytes of content stored under this `transfer`, in all attempts':
    '在此 `transfer` 的所有尝试中已存储的内容字节数',
  'bytes that were there before': '之前已有的字节数',
  '"HXD1": a frame starts here': '“HXD1”：一帧由此开始',
  'bytes of payload behind the header': '首部之后的载荷字节数',
  'type of the message': '消息类型',
  '0x01 OPTIONAL, 0x02 LAST; the other bits are 0': '0x01 OPTIONAL，0x02 LAST；其余位为 0',
  '0 on a control connection, else the number of the lane': '控制连接为 0，否则为通道号',
  '0 for the session, else the request': '会话为 0，否则为请求的 id',
  'what every frame starts with': '每一帧的开头',
  'JSON in UTF-8': 'UTF-8 编码的 JSON',
  'binary fields': '二进制字段',
  'bytes that this version cannot read': '本版本无法解读的字节',
  'part of the frame that was not captured': '这一帧中未捕获的部分',
  'bytes that belong to no field': '不属于任何字段的字节',
  'text that is not JSON': '不是 JSON 的文本',
  'a value that was captured in part': '只捕获到一部分的值',
  'a value that is not an object': '不是对象的值',
  'not known to this version: ignored': '本版本不认识，忽略',
  'one of the list': '列表中的一项',
  'JSON punctuation and names': 'JSON 标点与名称',
  'The beginning of a header.': '首部的开头。',
  'A type that this version does not know.': '本版本不认识的类型。',
  'Bytes that do not start a frame.': '不是帧开头的字节。',
  'protocol versions that the dialer speaks': '拨出方支持的协议版本',
  'program and version, for people': '程序与版本，供人阅读',
  'what the device calls itself': '设备的自称',
  'SHA-256 of the public key of the device': '设备公钥的 SHA-256',
  'operating system, for people': '操作系统，供人阅读',
  'optional abilities that the dialer has': '拨出方具备的可选能力',
  'digest algorithms that the dialer has, best first': '拨出方支持的摘要算法，优先者在前',
  'the version of this session, one of those in HELLO': '本会话的版本，取自 HELLO',
  'the abilities that both sides have': '双方都具备的能力',
  'the digest algorithm of this session, one of those in HELLO': '本会话的摘要算法，取自 HELLO',
  'one of the codes in "Errors"': '“Errors”一节中的错误码',
  'for people: what happened': '供人阅读：发生了什么',
  'what was seen': '实际看到的',
  'what is allowed': '允许的',
  'when another try makes sense, in milliseconds': '多少毫秒后值得重试',
  'for people: why': '供人阅读：原因',
  'the one-time token of the OFFER': 'OFFER 中的一次性令牌',
  'device id of the side that opens the lane': '打开通道一方的设备编号',
  'the folder; empty for the list of shares': '文件夹；为空表示共享列表',
  'go on behind the entry of this name': '从此名称的条目之后继续',
  'the path that was asked for': '所请求的路径',
  'whether uploads into this folder are taken': '此文件夹是否接受上传',
  'the entries': '条目',
  'one component of a path': '路径的一个组成部分',
  'what it is': '它是什么',
  'bytes of a file': '文件的字节数',
  'time of last change, microseconds since the epoch': '最后修改时间，自纪元起的微秒',
  'a file that may be run': '可执行文件',
  'a share that takes uploads': '接受上传的共享',
  'a share that asks for a PIN and has not had it in this session': '要求 PIN 且本会话尚未给出的共享',
  'another LIST with `after` brings more': '用带 `after` 的 LIST 可取得更多',
  'entries of the folder that lie in this page and are not listed; absent: none':
    '该文件夹中属于本页但未列出的条目数；没有则省略',
  'the first of them, for people': '其中的前若干个，供人阅读',
  'the name, as far as it can be told': '名称，尽可能如实给出',
  'why: a `code` of `omitted` or `failed` in "Notices"':
    '原因：“Notices”一节中 `omitted` 或 `failed` 的 `code`',
  'the path': '路径',
  'what is there': '那里有什么',
  'the name of the share': '共享的名称',
  'the PIN': 'PIN',
  'the file': '文件',
  'first byte of the range': '该段的第一个字节',
  'bytes of the range': '该段的字节数',
  'bytes of the whole file': '整个文件的字节数',
  'first byte of the range, as asked for': '该段的第一个字节，与请求相同',
  'the bytes; fewer than asked for where the file ends': '字节内容；到文件末尾时少于请求的数量',
  'the text, as it was written': '原文',
  'names the transfer on both sides; random': '双方用来指称这次传输，随机',
  'what is wanted, share name first': '想要的内容，以共享名开头',
  'the first entries at the top of the tree, to show': '树顶层的前几项，供显示',
  'name at the top of the tree': '树顶层的名称',
  'bytes of a file; 0 for a folder': '文件的字节数；文件夹为 0',
  'number of all entries at the top of the tree': '树顶层的条目总数',
  'what the transfer consists of, as far as counted': '传输的内容，就已统计的部分',
  'files counted so far': '目前统计到的文件数',
  'folders counted so far': '目前统计到的文件夹数',
  'bytes of all files counted so far': '目前统计到的文件总字节数',
  'whether counting is over': '统计是否结束',
  'where it shall go; absent: where the sink receives': '送往何处；缺省为接收端的收件位置',
  'folder in a writable share of the sink': '接收端可写共享中的文件夹',
  'the source offers to send the bulk on a lane': '来源提议用通道发送数据',
  'port of the source that takes the lane; absent: the port that the sink dialed':
    '来源接受通道的端口；缺省为接收端拨过的端口',
  'one-time token that joins a lane to this transfer; random': '把通道加入本次传输的一次性令牌，随机',
  'the control connection, or a lane that the sink opens': '控制连接，或由接收端打开的通道',
  'number of the page, from 0': '页号，从 0 起',
  'index of its first entry': '本页第一个条目的序号',
  'entries in the page': '本页的条目数',
  'bytes of the name': '名称的字节数',
  'index of the folder that holds it; none: at the top': '所在文件夹的序号；none 表示在顶层',
  'opaque; changes when the file changes': '不透明；文件改变时随之改变',
  'first entry of the span': '该段的第一个条目',
  'entries in the span': '该段的条目数',
  '[first, count]: not wanted': '[起始, 数量]：不要',
  '[entry, offset, chain]: wanted from this offset on, where the chain has this value':
    '[条目, 偏移, 链值]：链值相符时从此偏移起续传',
  '[entry, offset, chain]: wanted from this offset on if the chain has this value there, else from its start':
    '[条目, 偏移, 链值]：若该处链值相同则从此偏移起，否则从头开始',
  '[entry, chain]: wanted unless its chain has this value': '[条目, 链值]：链值不同才要',
  '[first, count]: decided by a later WANT': '[起始, 数量]：由之后的 WANT 决定',
  'index of the manifest entry': '清单条目的序号',
  zero: '零',
  'where the chunk stands in the file': '该块在文件中的位置',
  'digest of the chunk': '该块的摘要',
  'the bytes of the chunk': '该块的字节',
  'the files': '文件',
  'bytes of the file': '文件的字节数',
  'digest of the file': '文件的摘要',
  'the bytes of the file': '文件的字节',
  'chain of the file': '文件的链值',
  'every entry with a lower index is settled': '序号更小的条目都已处理完毕',
  'bytes committed to disk in this transfer; skipped and resumed ones do not count':
    '本次传输已写入磁盘的字节；跳过和续传的不计',
  'bytes that an earlier transfer had brought, as far as known': '之前的传输已带来的字节，就已知部分',
  'files sent or found the same': '已发送或相同的文件数',
  'bytes of content sent': '已发送的内容字节数',
  'entries that failed on the side of the source, those that the manifest could not tell among them':
    '在来源一方失败的条目数，包括清单未能列出的',
  'links, sockets, devices: not in the manifest': '链接、套接字、设备：不在清单中',
  'files in place and verified, those that an earlier run had brought among them':
    '已就位并校验的文件数，包括之前已带来的',
  'bytes committed in this transfer': '本次传输写入的字节数',
  'files not wanted or found the same': '不要的或相同的文件数',
  'those of them that were there already, with the same content': '其中内容相同、原本已有的文件数',
  'files that failed on either side': '任一方失败的文件数',
  'bytes that an earlier transfer had brought': '之前的传输已带来的字节数',
  '0: paused. Absent: as fast as it goes. From the sink it binds the source; from the source it is news':
    '0 表示暂停，缺省表示全速。接收端发出时约束来源；来源发出时是通知',
};

const meanings = new Map([...Object.entries(types), ...Object.entries(fields)]);

/** Sentences with numbers and names in them. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/^file (\d+), (\d+) bytes at (\d+)$/u, '文件 $1，从 $3 起 $2 字节'],
  [/^file (\d+) is complete, (\d+) bytes$/u, '文件 $1 已完整，$2 字节'],
  [/^file (\d+) is the same already$/u, '文件 $1 已相同'],
  [/^(\d+) bytes at (\d+) of (\d+)$/u, '从 $2 起 $1 字节，共 $3'],
  [/^page (\d+), (\d+) entries from (\d+)/u, '第 $1 页，从 $3 起 $2 项'],
  [/, the last page/u, '，最后一页'],
  [/^(".*" \(\w*\)), (.*) on ([^,]*)/u, '$1，$2，$3'],
  [/^(".*" \(\w*\)), /u, '$1，'],
  [/^file (\d+): /u, '文件 $1：'],
  [/^the payload is no JSON object$/u, '载荷不是 JSON 对象'],
  [/^the session ends$/u, '会话结束'],
  [/^the session ends: /u, '会话结束：'],
  [/^the shares$/u, '共享列表'],
  [/^(\d+) entries of the list of shares/u, '共享列表的 $1 项'],
  [/^(\d+) entries of (".*")/u, '$2 的 $1 项'],
  [/, and more$/u, '，还有更多'],
  [/^(\d+) bytes at (\d+) of (".*")$/u, '$3 从 $2 起 $1 字节'],
  [/ and (\d+) more(?=,|$)/u, ' 等另外 $1 项'],
  [/^nothing(?=,)/u, '无'],
  [/, at least (\d+) files, (\d+) bytes$/u, '，至少 $1 个文件，$2 字节'],
  [/, (\d+) files, (\d+) bytes$/u, '，$1 个文件，$2 字节'],
  [/^accepted; bulk comes on a lane$/u, '已接受；数据走通道'],
  [/^accepted; bulk comes on this connection$/u, '已接受；数据走本连接'],
  [/^entry (\d+)/u, '条目 $1'],
  [/^entries (\d+) to (\d+)/u, '条目 $1 至 $2'],
  [/, with (.*)$/u, '，含 $1'],
  [/^settled up to (\d+), (\d+) bytes on disk$/u, '$1 之前已处理完毕，已写入 $2 字节'],
  [/^at least (\d+) files, (\d+) bytes$/u, '至少 $1 个文件，$2 字节'],
  [/^(\d+) files, (\d+) bytes/u, '$1 个文件，$2 字节'],
  [/, (\d+) failed$/u, '，$1 个失败'],
  [/^as fast as it goes$/u, '全速'],
  [/^paused$/u, '暂停'],
  [/^(\d+) bytes a second$/u, '每秒 $1 字节'],
  [/^small files$/u, '小文件'],
  [/^file (\d+), (\d+) bytes$/u, '文件 $1，$2 字节'],
  [/^at least (\d+) files from (\d+) on, (\d+) bytes$/u, '从 $2 起至少 $1 个文件，$3 字节'],
  [/^(\d+) files from (\d+) on, (\d+) bytes$/u, '从 $2 起 $1 个文件，$3 字节'],
  [/^a type that this version does not know$/u, '本版本不认识的类型'],
];

/** Of fields and what is wrong with them. */
const problems: readonly (readonly [RegExp, string])[] = [
  [/^A frame must start with (.*)\.$/u, '帧必须以 $1 开头。'],
  [/^Seen (.*) bytes; at most (.*) are allowed\.$/u, '实际 $1 字节，最多允许 $2。'],
  [/^Seen (.*); allowed: (.*)\.$/u, '实际 $1；允许：$2。'],
  [/^Unknown, and not marked optional\.$/u, '未知类型，且未标为可选。'],
  [/^Bits (.*) are not defined\.$/u, '位 $1 没有定义。'],
  [/^LAST has no meaning for this type\.$/u, 'LAST 对此类型没有意义。'],
  [/^This type carries id 0\.$/u, '此类型的 id 应为 0。'],
  [/^This type carries the id of a request\.$/u, '此类型应带有请求的 id。'],
  [/^Only (\d+) of (\d+) header bytes are here\.$/u, '首部的 $2 字节只有 $1 字节。'],
  [/^(\d+) bytes too many; allowed: (.*)\.$/u, '多出 $1 字节；允许：$2。'],
  [/^The payload ends after (\d+) of (\d+) bytes\.$/u, '载荷在 $2 字节中的第 $1 字节处结束。'],
  [/^Not UTF-8\.$/u, '不是 UTF-8。'],
  [/^Not JSON from byte (\d+) on: (.*)\.$/u, '从第 $1 字节起不是 JSON：$2。'],
];

const values: readonly (readonly [RegExp, string])[] = [
  [/^(\d+) bytes$/u, '$1 字节'],
  [/^(\d+) items$/u, '$1 项'],
  [/^(\d+) entries$/u, '$1 项'],
  [/^(\d+) properties$/u, '$1 个属性'],
  [/^(\d+) of (\d+) bytes captured$/u, '$2 字节中捕获了 $1 字节'],
  [/^(\d+) of (\d+) bytes$/u, '$2 字节中的 $1 字节'],
];

const replaced = (text: string, rules: readonly (readonly [RegExp, string])[]): string =>
  rules.reduce((result, [pattern, by]) => result.replace(pattern, by), text);

export const summaryIn = (language: Language, frame: SummarisedFrame, head: Uint8Array): string => {
  const words = summaryOf(frame, head);
  return language === 'en' ? words : (meanings.get(words) ?? replaced(words, patterns));
};

/** A meaning, which may have a value explained behind a colon. */
export const meaningIn = (language: Language, meaning: string): string => {
  if (language === 'en') return meaning;
  const whole = meanings.get(meaning);
  if (whole !== undefined) return whole;
  for (let at = meaning.lastIndexOf(': '); at > 0; at = meaning.lastIndexOf(': ', at - 1)) {
    const known = meanings.get(meaning.slice(0, at));
    if (known !== undefined) return `${known}：${meaning.slice(at + 2)}`;
  }
  return meaning;
};

export const problemIn = (language: Language, problem: string): string =>
  language === 'en' ? problem : replaced(problem, problems);

/** Of a node that has children or stands for a run of bytes: what it holds, counted. */
export const valueIn = (language: Language, value: string): string =>
  language === 'en' ? value : replaced(value, values);

/** For the test: what has a translation. */
export const isTranslated = (meaning: string): boolean => meanings.has(meaning);

/** What a capture file has besides frames. */
export const fileNoteIn = (
  language: Language,
  note: CaptureNote,
  number: (value: number) => string,
): string => (language === 'zh' ? noteInChinese(note, number) : noteSentence(note));

function noteInChinese(
  { kind, count, places = 1, name, port = 0, links = [] }: CaptureNote,
  number: (value: number) => string,
): string {
  const n = number(count);
  switch (kind) {
    case 'cut':
      return '文件在一个数据包中间结束。';
    case 'packed-cut':
      return '压缩文件不完整：后面可能还有内容，已读出的部分无法校验。';
    case 'packed-rest':
      return '压缩数据之后还有不属于它的字节，已忽略。';
    case 'no-interface':
      return '有些数据包不属于任何接口。';
    case 'no-time':
      return '有些数据包没有时间。';
    case 'headers-only':
      return '抓包时数据包只保留了首部：没有任何数据字节，因此没有帧。';
    case 'encrypted':
      return `${n} 条连接已加密，无法从这里读取其中的帧。`;
    case 'stranger':
      return `${n} 条连接不是 Hexdrop（端口 ${port} 上的${name ?? '其他协议'}），已略去。`;
    case 'elsewhere':
      return `${n} 条到其他端口的连接不是 Hexdrop，已略去。`;
    case 'missing':
      return `数据流中有 ${n} 字节不在任何数据包中，共 ${number(places)} 处。`;
    case 'fragments':
      return `${n} 个 IP 分片未能重组，已略去。`;
    case 'broken':
      return `${n} 个数据包过短或已损坏，已略去。`;
    case 'not-tcp':
      return `${n} 个数据包不是 TCP，已略去。`;
    case 'repeated':
      return `${n} 个报文段重复出现，每个字节只计一次。`;
    case 'unknown-link':
      return `无法读取链路类型为 ${links.join('、')} 的数据包。`;
    case 'beyond-calendar':
      return '其中的时间超出日历范围，只显示自第一个数据包起的秒数。';
  }
}
