/** An address and its network in C, Python and Node: canonical text, bytes, and where a prefix is given the network. */

import { hexBytes, type Programs } from '../program.ts';
import { type Address, formatAddress } from './address.ts';
import { subnetOf } from './subnet.ts';

/** Each program prints the canonical text, the bytes, and the network's address. */
export function addressPrograms(address: Address, prefix: number): Programs {
  const text = formatAddress(address);
  return {
    sources: {
      c: inC(address, text, prefix),
      python: inPython(address, text, prefix),
      node: inNode(address, text, prefix),
    },
    output: [text, hexBytes(address.bytes), formatAddress(subnetOf(address, prefix).network)],
  };
}

const inC = ({ family, bytes }: Address, text: string, prefix: number): string => {
  const inet = family === 4 ? 'AF_INET' : 'AF_INET6';
  return `#include <arpa/inet.h>
#include <stdio.h>

int main(void) {
  unsigned char bytes[${bytes.length}];
  char text[INET6_ADDRSTRLEN];
  if (inet_pton(${inet}, "${text}", bytes) != 1)
    return 1;
  puts(inet_ntop(${inet}, bytes, text, sizeof text));
  for (int i = 0; i < ${bytes.length}; i++)
    printf(i == 0 ? "%02x" : " %02x", bytes[i]);
  printf("\\n");

  /* The network: the first ${prefix} bits, and zeros. */
  for (int i = 0; i < ${bytes.length}; i++) {
    int bits = ${prefix} - 8 * i;
    bytes[i] &= bits >= 8 ? 0xff : bits <= 0 ? 0 : 0xff << (8 - bits);
  }
  puts(inet_ntop(${inet}, bytes, text, sizeof text));
}
`;
};

const inPython = ({ family }: Address, text: string, prefix: number): string => {
  const inet = family === 4 ? 'AF_INET' : 'AF_INET6';
  return `import ipaddress
import socket

packed = socket.inet_pton(socket.${inet}, '${text}')
print(socket.inet_ntop(socket.${inet}, packed))
print(packed.hex(' '))

network = ipaddress.ip_network(('${text}', ${prefix}), strict=False)
print(socket.inet_ntop(socket.${inet}, network.network_address.packed))
`;
};

const inNode = ({ family }: Address, text: string, prefix: number): string => {
  const name = `ipv${family}`;
  const textOf =
    family === 4
      ? `const textOf = (bytes) => bytes.join('.');`
      : `const textOf = (bytes) => {
  const groups = Buffer.from(bytes).toString('hex').match(/.{4}/g).join(':');
  return new SocketAddress({ address: groups, family: 'ipv6' }).address;
};`;
  const parse =
    family === 4
      ? `const bytes = canonical.split('.').map(Number);`
      : `// Node has no inet_pton: the groups before and behind "::", and zeros between.
const read = (part) =>
  part.split(':').filter(Boolean).flatMap((group) =>
    group.includes('.')
      ? group.split('.').map(Number)
      : [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]);
const [head, tail] = \`\${canonical}::\`.split('::').map(read);
const bytes = [...head, ...Array(16 - head.length - tail.length).fill(0), ...tail];`;
  return `const { SocketAddress } = require('node:net');

const { address: canonical } = new SocketAddress({ address: '${text}', family: '${name}' });
console.log(canonical);
${parse}
console.log(Buffer.from(bytes).toString('hex').match(/../g).join(' '));

// The network: the first ${prefix} bits, and zeros.
${textOf}
const network = bytes.map((byte, index) => {
  const bits = Math.min(8, Math.max(0, ${prefix} - 8 * index));
  return byte & (0xff00 >> bits);
});
console.log(textOf(network));
`;
};
