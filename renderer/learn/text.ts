/** Words that the tools of the view Learn share. */

import { defineText } from '../i18n/language.ts';

export const learnText = defineText(
  () => ({
    title: 'Learn',
    tools: {
      framing: 'Framing lab',
      order: 'Byte order',
      address: 'Address',
      handshake: 'Handshake and close',
    },
    toolList: 'Tools',
    outOfRange: (least: string, most: string) => `From ${least} to ${most}`,
    loading: 'Reading…',
    calls: 'The same in a program',
    callsHint: 'Each of these runs as it stands.',
    prints: 'It prints',
  }),
  () => ({
    title: '学习',
    tools: { framing: '粘包实验', order: '字节序', address: '地址', handshake: '握手与挥手' },
    toolList: '工具',
    outOfRange: (least, most) => `应为 ${least} 到 ${most}`,
    loading: '正在读取…',
    calls: '在程序中做同样的事',
    callsHint: '每一段都可以原样运行。',
    prints: '输出',
  }),
);
