/** `hexdrop learn check`: judges a student's file server over the network. */

import { parseAddress } from '../../base/address.ts';
import { checkFileServer } from '../../engine/lab.ts';
import type { CheckName } from '../../engine/lab.ts';
import { HexdropError } from '../../../shared/errors/errors.ts';
import type { CommandCall, CommandContext } from '../context.ts';
import { exitCodes, exitDone } from '../exit-codes.ts';

const titles: Readonly<Record<CheckName, string>> = {
  'put-and-get': 'A file of 70,000 bytes of every value comes back as it was sent',
  list: 'LIST names a file that was put',
  missing: 'GET of a file that is not there is answered with ERR, and the connection goes on',
  'empty-file': 'An empty file is kept and sent',
  'chinese-name': 'A name in Chinese is kept',
  sticky: 'Two files and two requests in one write are all answered',
  'byte-by-byte': 'Requests that arrive one byte at a time are understood',
  'two-clients': 'A client that is slow does not keep another one waiting',
  'client-goes-away': 'The server survives clients that go away in the middle',
  'length-of-4-gib': 'A length of 4 GiB is refused at once',
  'path-outside': 'Paths that lead elsewhere are refused',
  quit: 'QUIT is answered, and ends the connection',
};

export const run = async (call: CommandCall, { output, interrupt }: CommandContext): Promise<number> => {
  const [verb = '', address = ''] = call.operands;
  if (verb !== 'check')
    throw new HexdropError('usage', `"hexdrop learn" has no "${verb}".`, { seen: verb, allowed: 'check' });
  // No port is usual for a server that a student wrote.
  const endpoint = parseAddress(address, 0);
  if (endpoint.port === 0)
    throw new HexdropError('usage', `"${address}" names no port.`, { seen: address, allowed: 'HOST:PORT' });
  const results = await interrupt.orAborted(
    checkFileServer(endpoint, interrupt.signal, (result) => {
      output.event({ event: 'check', ...result });
      if (output.isJson) return;
      output.result(`${result.passed ? 'ok' : '!!'}  ${titles[result.check]}`);
      if (result.fault !== undefined) output.result(`    ${result.fault}`);
    }),
  );
  const failed = results.filter(({ passed }) => !passed).length;
  output.event({ event: 'checked', passed: results.length - failed, failed });
  if (!output.isJson)
    output.note(
      failed === 0 ? `All ${results.length} checks passed.` : `${failed} of ${results.length} checks failed.`,
    );
  return failed === 0 ? exitDone : exitCodes.failed;
};
