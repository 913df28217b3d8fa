import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';

import type { LoopbackRun } from '../../../shared/model/lab.ts';
import type { Answers } from '../../testing/fake-host.ts';
import { failure } from '../../testing/fake-host.ts';
import { preparePage, show } from '../../testing/render.tsx';
import { LearnView } from './LearnView.tsx';

preparePage();

const runs: Answers = {
  'lab.loopback': ({ reads, writes }): LoopbackRun => ({
    reads: (reads ?? writes).map((bytes) => ({ bytes, atMs: 1 })),
    senderPort: 40_000,
    receiverPort: 40_001,
  }),
};

describe('the framing lab', () => {
  it('runs at once, and says in words what every read held', async () => {
    await show(<LearnView />, { answers: runs });
    expect(await screen.findByText(/Every message arrived as it was sent/u)).toBeTruthy();
    expect(screen.getByText(/port 40000 to port 40001/u)).toBeTruthy();
    expect(screen.getByRole('slider').getAttribute('aria-valuetext')).toMatch(/more bytes of this frame/u);
    expect(screen.getAllByText(/of \d+ bytes of message/u).length).toBeGreaterThan(0);
  });

  it('shows that a read is no message where nothing frames', async () => {
    const { user } = await show(<LearnView />, { answers: runs });
    await user.selectOptions(await screen.findByLabelText('Strategy'), 'none');
    await waitFor(() => expect(screen.getAllByText('not as sent').length).toBeGreaterThan(0));
    await user.selectOptions(screen.getByLabelText('Splitter'), 'writes');
    await user.click(screen.getByLabelText(/Nagle/u));
    await waitFor(() => expect(screen.getByText(/Every message arrived/u)).toBeTruthy());
  });

  it('refuses a length in the wrong byte order by its limit', async () => {
    const { user } = await show(<LearnView />, { answers: runs });
    const messages = await screen.findByLabelText('Messages, one a line');
    await user.clear(messages);
    await user.type(messages, 'x'.repeat(16));
    await user.selectOptions(screen.getByLabelText('Receiver reads the length'), 'little');
    await user.selectOptions(screen.getByLabelText('Splitter'), 'writes');
    await waitFor(() =>
      expect(screen.getByText(/would have 268,435,460 bytes; the limit is 1,024/u)).toBeTruthy(),
    );
  });

  it('keeps the last good number and says what is allowed', async () => {
    const { user } = await show(<LearnView />, { answers: runs });
    const seed = await screen.findByLabelText('Seed');
    await user.clear(seed);
    await user.type(seed, '-1');
    expect(screen.getByText('From 0 to 4,294,967,295')).toBeTruthy();
  });

  it('says what went wrong on the engine’s side', async () => {
    await show(<LearnView />, {
      answers: {
        'lab.loopback': () => {
          throw failure('too-many-calls');
        },
      },
    });
    expect((await screen.findByRole('alert')).textContent).not.toBe('');
  });

  it('speaks Chinese', async () => {
    await show(<LearnView />, { language: 'zh', answers: runs });
    expect(await screen.findByText(/每条消息都原样到达/u)).toBeTruthy();
    expect(screen.getByText(/粘包与半包是接收程序/u)).toBeTruthy();
  });
});

describe('byte order', () => {
  it('makes 4 of 1024 where the swap is forgotten', async () => {
    location.hash = '#/learn/order';
    const { user } = await show(<LearnView />);
    expect(
      await screen.findByText(/sends 1,024 without swapping, and the other side reads 4\./u),
    ).toBeTruthy();
    await user.selectOptions(screen.getByLabelText('Kind'), 'u32');
    await user.clear(screen.getByLabelText('Number'));
    await user.type(screen.getByLabelText('Number'), '16');
    expect(screen.getByText(/reads 268,435,456\./u)).toBeTruthy();
    await user.click(screen.getByRole('tab', { name: 'Python' }));
    expect(screen.getByText(/struct\.pack\('!I', 16\)/u)).toBeTruthy();
    await user.type(screen.getByLabelText('Number'), '00000000000');
    expect(screen.getByText(/the highest 4,294,967,295/u)).toBeTruthy();
  });
});

describe('an address', () => {
  it('is shown with its network, which the mask changes, and splits and joins', async () => {
    location.hash = '#/learn/address';
    const { user } = await show(<LearnView />);
    expect(await screen.findByText('254: 192.168.1.1 to 192.168.1.254')).toBeTruthy();
    expect(screen.getByText('RFC 1918')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: '192.168.1.128/25' }));
    expect(screen.getByText('126: 192.168.1.129 to 192.168.1.254')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: '192.168.1.0/24' }));
    expect(screen.getByRole('slider').getAttribute('aria-valuetext')).toBe(
      '24 bits for the network, 8 for the host',
    );
  });

  it('says in Chinese what is wrong with it', async () => {
    location.hash = '#/learn/address';
    const { user } = await show(<LearnView />, { language: 'zh' });
    const field = await screen.findByRole('textbox', { name: '地址' });
    await user.clear(field);
    await user.type(field, '010.1.2.3');
    expect(screen.getByText(/不允许前导零/u)).toBeTruthy();
  });
});

describe('handshake and close', () => {
  it('says each segment in words, and that the ladder is made up', async () => {
    location.hash = '#/learn/handshake';
    const { user } = await show(<LearnView />);
    expect(await screen.findByText(/^Client to server: SYN, seq \d+ After it/u)).toBeTruthy();
    expect(screen.getByText(/This ladder is made up/u)).toBeTruthy();
    expect(screen.getAllByText(/FIN\+ACK, seq/u)).toHaveLength(2);
    await user.click(screen.getByLabelText(/share a segment/u));
    expect(screen.getByText('Close in three segments')).toBeTruthy();
  });

  it('shows the states of a real connection as the system told them', async () => {
    location.hash = '#/learn/handshake';
    const { user } = await show(<LearnView />, {
      language: 'zh',
      answers: {
        'lab.connection': () => ({
          clientPort: 40_001,
          serverPort: 40_000,
          isTold: true,
          steps: [{ step: 'client-end', client: 'FIN-WAIT-2', server: 'CLOSE-WAIT' }],
        }),
      },
    });
    await user.click(await screen.findByRole('button', { name: '建立并关闭一条' }));
    const status = await screen.findByRole('status');
    expect(status.textContent).toContain('客户端关闭了自己的方向（FIN）FIN-WAIT-2CLOSE-WAIT');
  });

  it('says so where the system tells nothing', async () => {
    location.hash = '#/learn/handshake';
    const { user } = await show(<LearnView />, {
      answers: {
        'lab.connection': () => ({
          clientPort: 1,
          serverPort: 2,
          isTold: false,
          steps: [{ step: 'listen' }],
        }),
      },
    });
    await user.click(await screen.findByRole('button', { name: 'Open and close one' }));
    expect((await screen.findByRole('status')).textContent).toContain('does not let its table be read');
  });
});
