/** What is noted of a capture file as a whole, in the language of the window. */

import { noteSentence } from '../../shared/model/capture-notes.ts';
import type { CaptureNote } from '../../shared/model/capture-notes.ts';
import type { Language } from '../../shared/model/settings.ts';

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
