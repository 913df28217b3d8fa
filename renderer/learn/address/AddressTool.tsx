/** An address as text, bytes and bits, what range it lies in, and the network that a mask makes of it. */

import { useState } from 'react';

import {
  type Address,
  bitsOf,
  formatAddress,
  fullText,
  toNumber,
} from '../../../shared/lab/addresses/address.ts';
import { addressPrograms } from '../../../shared/lab/addresses/programs.ts';
import { specialRanges } from '../../../shared/lab/addresses/special.ts';
import {
  join,
  networkText,
  parseNetwork,
  split,
  type Subnet,
  subnetOf,
} from '../../../shared/lab/addresses/subnet.ts';
import { hexBytes } from '../../../shared/lab/program.ts';
import { Button } from '../../components/Button.tsx';
import { TextField } from '../../components/Field.tsx';
import { useText } from '../../i18n/language.ts';
import { ProgramPane } from '../ProgramPane.tsx';
import { Bits } from './Bits.tsx';
import { addressText } from './text.ts';
import './address.css';

const examples = [
  '192.168.1.23/24',
  '172.31.255.1/12',
  '2001:0DB8:0:0:8:800:200C:417A/64',
  '::ffff:192.0.2.1',
];

export const AddressTool = () => {
  const text = useText(addressText);
  const [typed, setTyped] = useState('192.168.1.23/24');
  const parsed = parseNetwork(typed);
  const prefix = typeof parsed === 'string' ? 0 : (parsed.prefix ?? (parsed.address.family === 4 ? 24 : 64));
  const go = ({ network, prefix: bits }: Subnet): void => setTyped(`${formatAddress(network)}/${bits}`);
  return (
    <div className="learn-tool">
      <div>
        <p className="quiet learn-small">{text.intro}</p>
        <TextField
          data
          label={text.address}
          hint={text.addressHint}
          value={typed}
          maxLength={80}
          error={typeof parsed === 'string' ? text.faults[parsed] : undefined}
          onChange={(event) => setTyped(event.target.value)}
        />
        <div className="line wrap">
          <span className="label">{text.examples}</span>
          {examples.map((example) => (
            <Button key={example} small className="data" onClick={() => setTyped(example)}>
              {example}
            </Button>
          ))}
        </div>
        {typeof parsed === 'string' ? null : (
          <>
            <Facts address={parsed.address} />
            <h2>{text.mask}</h2>
            <Bits
              address={parsed.address}
              prefix={prefix}
              onPrefix={(bits) => setTyped(`${typed.trim().split('/')[0]}/${bits}`)}
            />
            <Network subnet={subnetOf(parsed.address, prefix)} onGo={go} />
          </>
        )}
      </div>
      {typeof parsed === 'string' ? null : <ProgramPane programs={addressPrograms(parsed.address, prefix)} />}
    </div>
  );
};

const Facts = ({ address }: { readonly address: Address }) => {
  const text = useText(addressText);
  const ranges = specialRanges(address);
  return (
    <dl className="learn-facts">
      <dt>{text.canonical}</dt>
      <dd>
        <span className="data selectable">{formatAddress(address)}</span>{' '}
        <span className="faint learn-small">{text.canonicalOf[address.family]}</span>
      </dd>
      {address.family === 6 ? (
        <>
          <dt>{text.full}</dt>
          <dd className="data selectable">{fullText(address)}</dd>
        </>
      ) : null}
      <dt>{text.bytes}</dt>
      <dd className="data selectable">{hexBytes(address.bytes)}</dd>
      <dt>{text.number}</dt>
      <dd className="data selectable">{toNumber(address).toLocaleString('en')}</dd>
      <dt>{text.ranges}</dt>
      <dd>
        {ranges.length === 0
          ? text.noRange[address.family]
          : ranges.map(({ range, name, source }) => (
              <div key={range}>
                {name} <span className="data">{range}</span>{' '}
                <span className="faint learn-small">{source}</span>
              </div>
            ))}
      </dd>
    </dl>
  );
};

const Network = ({ subnet, onGo }: { readonly subnet: Subnet; readonly onGo: (subnet: Subnet) => void }) => {
  const text = useText(addressText);
  const { network, mask, last, firstHost, lastHost, hosts, prefix } = subnet;
  const { family } = network;
  const halves = split(subnet);
  const joined = join(subnet);
  const isBroadcast = family === 4 && prefix <= 30;
  return (
    <>
      <dl className="learn-facts">
        <dt>{text.network}</dt>
        <dd className="data selectable">{networkText(subnet)}</dd>
        {family === 4 ? (
          <>
            <dt>{text.netmask}</dt>
            <dd className="data selectable">{formatAddress(mask)}</dd>
          </>
        ) : null}
        <dt>{isBroadcast ? text.broadcast : text.last}</dt>
        <dd className="data selectable">{formatAddress(last)}</dd>
        <dt>{text.hosts}</dt>
        <dd className="data selectable">
          {prefix === bitsOf(family)
            ? text.oneHost(formatAddress(firstHost))
            : text.hostRange(hosts.toLocaleString('en'), formatAddress(firstHost), formatAddress(lastHost))}
        </dd>
        {halves === undefined ? null : (
          <>
            <dt>{text.split}</dt>
            <dd className="line wrap">
              {halves.map((half) => (
                <Button key={networkText(half)} small className="data" onClick={() => onGo(half)}>
                  {networkText(half)}
                </Button>
              ))}
            </dd>
          </>
        )}
        {joined === undefined ? null : (
          <>
            <dt>{text.joinWith(networkText(joined.other))}</dt>
            <dd>
              <Button small className="data" onClick={() => onGo(joined.whole)}>
                {networkText(joined.whole)}
              </Button>
            </dd>
          </>
        )}
      </dl>
    </>
  );
};
