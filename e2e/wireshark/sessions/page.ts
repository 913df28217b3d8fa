/** README.md beside the recorded sessions: what each of them shows, frame by frame, as Markdown from their lists. */

import { messageOf, typeNames } from '../../../shared/protocol/catalog.ts';
import { table } from '../../../docs/generators/markdown.ts';
import { sessionNames } from './sessions.ts';
import type { Recorded, RecordedFrame, SessionName } from './sessions.ts';

const head = `# Recorded sessions

Whole sessions of this program, packet by packet, to open in Wireshark or to feed to an implementation of
[the protocol](../../../../docs/PROTOCOL.md). Ada (10.77.0.1) dials and Bob (10.77.0.2) listens on port 18520. Digests are
BLAKE3. All sessions are plain but the last one.

Beside each capture lies the list of its frames as JSON, from which this page is made: \`npm run docs\`. The lists are not
read from the captures: they are what the program that took part says has crossed. \`e2e/wireshark/sessions.test.ts\` holds
both against each other, with the importer of this program and with tshark. \`npm run sessions\` records all of them anew,
for root on Linux with dumpcap, tshark and editcap.

\`\`\`sh
hexdrop inspect shared/protocol/vectors/sessions/resume.pcapng
hexdrop wireshark --install    # once, so that Wireshark knows the protocol
tshark -r shared/protocol/vectors/sessions/encrypted.pcapng -Y hexdrop
\`\`\`
`;

const summaryOf = (type: string): string => {
  const name = typeNames.find((known) => known === type);
  if (name === undefined) throw new Error(`There is no message ${type}.`);
  return messageOf(name).summary;
};

/** What a peer wrote stands in a cell as it is. */
const cell = (text: string): string => text.replaceAll('|', '\\|');

const row = (frame: RecordedFrame, index: number, hasSeveral: boolean): readonly string[] => {
  const { from, type, id, channel, says, shows } = frame;
  const summary = summaryOf(type);
  const where =
    channel === 0 ? `connection ${frame.connection}` : `connection ${frame.connection}, lane ${channel}`;
  return [
    String(index + 1),
    `${from}${hasSeveral ? `, ${where}` : ''}`,
    id === 0 ? type : `${type} #${id}`,
    says === summary ? '' : cell(says),
    shows ?? summary,
  ];
};

const section = (name: SessionName, { title, about, frames }: Recorded): string => {
  const hasSeveral = frames.some(({ connection }) => connection > 1);
  const rows = frames.map((frame, index) => row(frame, index, hasSeveral));
  const list = table(['frame', 'from', 'type', 'says', 'shows'], rows);
  return `## ${title}\n\n[\`${name}.pcapng\`](${name}.pcapng), [\`${name}.json\`](${name}.json). ${about}\n\n${list}\n`;
};

export const sessionsPage = (read: (name: SessionName) => Recorded): string =>
  [head, ...sessionNames.map((name) => section(name, read(name)))].join('\n');
