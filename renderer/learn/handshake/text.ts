/** Words of the tool Handshake and close. Names of states and flags are those of RFC 9293. */

import { defineText } from '../../i18n/language.ts';

export const handshakeText = defineText(
  () => ({
    intro:
      'TCP opens a connection with three segments (三次握手) and closes it with a FIN and an ACK in each direction (四次挥手). Every byte has a sequence number; SYN and FIN count as one byte each. An acknowledgement names the number that is expected next.',
    madeUp: 'This ladder is made up: the numbers come from the seed, and no such segment left this machine.',
    seed: 'Seed',
    bytes: 'Bytes that the client sends',
    merges: 'ACK and FIN of the server share a segment',
    client: 'Client',
    server: 'Server',
    phases: {
      open: 'Three-way handshake (三次握手)',
      data: 'Data',
      close: 'Four-way close (四次挥手)',
    },
    closeInThree: 'Close in three segments',
    segment: (from: 'client' | 'server', flags: string, numbers: string) =>
      `${from === 'client' ? 'Client to server' : 'Server to client'}: ${flags}, ${numbers}`,
    states: (client: string, server: string) =>
      `After it the client is in ${client}, the server in ${server}.`,
    length: (bytes: string) => `${bytes} bytes`,
    questions: 'Why it is so',
    answers: {
      three: {
        question: 'Why three segments and not two?',
        answer:
          'Each side picks a first sequence number and has to know that the other one got it. The SYN+ACK answers the client; only the third segment answers the server. An old, delayed SYN would otherwise open a connection that nobody wants.',
      },
      plusOne: {
        question: 'Why is the acknowledgement one higher?',
        answer:
          'It names the next number that is expected. SYN and FIN take one number each, though they carry no byte, so that they can be acknowledged and sent again like data.',
      },
      four: {
        question: 'Why four to close, and sometimes three?',
        answer:
          'The two directions end separately: a FIN says only that its sender has no more to send. The other side may go on sending (half-close). If it has nothing more to send either, its ACK and its FIN may travel in one segment.',
      },
      wait: {
        question: 'What is TIME-WAIT for?',
        answer:
          'The side that closed first waits for twice the maximum segment lifetime: its last ACK may be lost and asked for again, and late segments must not reach a new connection with the same addresses and ports. Linux waits 60 seconds. This is why a server that is restarted at once sets SO_REUSEADDR.',
      },
    },
    live: 'A real connection',
    liveHint:
      'Opens and closes a connection of the loopback interface, and reads the state of both sides from the system’s own table.',
    run: 'Open and close one',
    running: 'Running…',
    ran: (client: number, server: number) => `Client port ${client}, server port ${server}.`,
    notTold:
      'The connection was opened and closed, but this system does not let its table be read by this program.',
    step: 'Step',
    steps: {
      listen: 'The server listens',
      connect: 'The client has connected',
      'client-end': 'The client has ended its direction (FIN)',
      'server-end': 'The server has ended the other one (FIN)',
    },
    gone: 'no entry',
    note: 'TIME-WAIT stays in the table after this run, until the system drops it. `ss -tan` on Linux shows it too.',
  }),
  () => ({
    intro:
      'TCP 用三个报文段建立连接（三次握手），用每个方向各一次 FIN 与 ACK 关闭连接（四次挥手）。每个字节都有序号，SYN 与 FIN 各占一个序号；确认号是期望收到的下一个序号。',
    madeUp: '此图是虚构的：序号由种子产生，本机并没有发出过这些报文段。',
    seed: '种子',
    bytes: '客户端发送的字节数',
    merges: '服务器的 ACK 与 FIN 合并为一个报文段',
    client: '客户端',
    server: '服务器',
    phases: { open: '三次握手', data: '数据', close: '四次挥手' },
    closeInThree: '三个报文段的关闭',
    segment: (from, flags, numbers) =>
      `${from === 'client' ? '客户端到服务器' : '服务器到客户端'}：${flags}，${numbers}`,
    states: (client, server) => `此后客户端处于 ${client}，服务器处于 ${server}。`,
    length: (bytes) => `${bytes} 字节`,
    questions: '为什么是这样',
    answers: {
      three: {
        question: '为什么是三次，而不是两次？',
        answer:
          '双方各选一个初始序号，并且都要知道对方已经收到。SYN+ACK 是对客户端的回答，只有第三个报文段才是对服务器的回答。否则，一个在网络中滞留的旧 SYN 就会建立一个没有人需要的连接。',
      },
      plusOne: {
        question: '为什么确认号要加一？',
        answer:
          '确认号是期望收到的下一个序号。SYN 与 FIN 虽然不携带数据，也各占一个序号，这样它们就能像数据一样被确认和重传。',
      },
      four: {
        question: '为什么关闭要四次，有时又只有三次？',
        answer:
          '两个方向分别关闭：FIN 只表示发送它的一方不再发送数据，另一方仍然可以继续发送（半关闭）。如果另一方也没有数据要发送，它的 ACK 与 FIN 就可以放在同一个报文段中。',
      },
      wait: {
        question: 'TIME-WAIT 有什么用？',
        answer:
          '先关闭的一方要等待两倍的报文段最长寿命：它的最后一个 ACK 可能丢失，需要重发；迟到的报文段也不能落入使用相同地址和端口的新连接。Linux 等待 60 秒。因此，需要立即重启的服务器会设置 SO_REUSEADDR。',
      },
    },
    live: '一条真实的连接',
    liveHint: '在本机环回接口上建立并关闭一条连接，并从系统自己的连接表中读取双方的状态。',
    run: '建立并关闭一条',
    running: '正在运行…',
    ran: (client, server) => `客户端端口 ${client}，服务器端口 ${server}。`,
    notTold: '连接已经建立并关闭，但此系统不允许本程序读取连接表。',
    step: '步骤',
    steps: {
      listen: '服务器开始监听',
      connect: '客户端已连接',
      'client-end': '客户端关闭了自己的方向（FIN）',
      'server-end': '服务器关闭了另一个方向（FIN）',
    },
    gone: '无条目',
    note: '运行之后，TIME-WAIT 仍留在连接表中，直到系统将其清除；在 Linux 上用 `ss -tan` 也能看到。',
  }),
);
