/** Words of the tool Byte order. */

import { defineText } from '../../i18n/language.ts';

export const orderText = defineText(
  () => ({
    intro:
      'A number of several bytes has an order. On the wire it is network byte order: big-endian (大端序), the most significant byte first. Most processors keep it little-endian (小端序). htons, htonl, ntohs and ntohl swap where that is needed and do nothing where it is not.',
    kind: 'Kind',
    kinds: {
      u16: '16 bits: htons, ntohs',
      u32: '32 bits: htonl, ntohl',
      u64: '64 bits',
      f32: 'float, 32 bits',
      f64: 'double, 64 bits',
    },
    number: 'Number',
    numberHint: 'Decimal, or hexadecimal behind 0x',
    floatHint: 'Decimal; also inf, -inf and nan',
    faults: {
      form: 'This is no number of this kind.',
      range: (most: string) => `This does not fit: the lowest value is 0, the highest ${most}.`,
      floatRange: 'This is too large for this kind.',
    },
    wire: 'On the wire (big-endian)',
    memory: (isLittle: boolean) =>
      `In the memory of this machine (${isLittle ? 'little-endian' : 'big-endian'})`,
    memoryHint: 'The machine on which this window runs. Lowest address first.',
    forgotten: 'Where the swap is forgotten',
    misread: (sent: string, read: string) =>
      `A little-endian machine sends ${sent} without swapping, and the other side reads ${read}. Nothing reports an error.`,
    same: (sent: string) =>
      `${sent} has the same bytes in both orders: the mistake would not be noticed here.`,
    no64: 'POSIX has no function for 64 bits and none for floating-point numbers: put the bytes together one by one, as the program in C does.',
    examples: 'Try',
  }),
  () => ({
    intro:
      '多字节的数有字节顺序。网络上使用网络字节序，即大端序（big-endian），高位字节在前；多数处理器在内存中使用小端序（little-endian）。htons、htonl、ntohs、ntohl 在需要时交换字节，不需要时什么也不做。',
    kind: '类型',
    kinds: {
      u16: '16 位：htons、ntohs',
      u32: '32 位：htonl、ntohl',
      u64: '64 位',
      f32: 'float，32 位',
      f64: 'double，64 位',
    },
    number: '数',
    numberHint: '十进制，或以 0x 开头的十六进制',
    floatHint: '十进制，也可以是 inf、-inf、nan',
    faults: {
      form: '这不是此类型的数。',
      range: (most) => `超出范围：最小值是 0，最大值是 ${most}。`,
      floatRange: '这个数对此类型来说太大。',
    },
    wire: '在网络上（大端序）',
    memory: (isLittle) => `在本机内存中（${isLittle ? '小端序' : '大端序'}）`,
    memoryHint: '指运行此窗口的机器。低地址在前。',
    forgotten: '如果忘记转换',
    misread: (sent, read) => `小端序的机器未经转换就发送 ${sent}，对方读到的是 ${read}，而且不会有任何报错。`,
    same: (sent) => `${sent} 在两种字节序中的字节相同，这个错误在这里不会被发现。`,
    no64: 'POSIX 没有用于 64 位整数和浮点数的转换函数：请像 C 程序那样逐字节处理。',
    examples: '试试',
  }),
);
