/** What the shell says about where its page is, in words and in JSON lines. */

import { isIPv6 } from 'node:net';

import type { UiVoice } from '../host/ui-program.ts';
import type { PagePassword } from './page-password.ts';
import { machineAddresses } from './host-names.ts';
import { isLoopback } from '../base/origin.ts';
import type { UiServer } from './server.ts';

export interface RemoteWords {
  readonly fingerprint: string;
  readonly password: PagePassword;
}

const localHost = '127.0.0.1';

/** Prints an address that lets one browser in, and the next one whenever it was used. */
export class AddressBoard {
  readonly #server: UiServer;
  readonly #voice: UiVoice;
  /** The last one shown. */
  #address = '';

  constructor(server: UiServer, voice: UiVoice) {
    this.#server = server;
    this.#voice = voice;
  }

  get address(): string {
    return this.#address;
  }

  /** The first JSON line, and what a person needs to begin. */
  announce(deviceId: string, remote: RemoteWords | undefined): void {
    const { port } = this.#server;
    this.#renew();
    const addresses = remote === undefined ? [] : reachable().map((host) => this.#server.addressFor(host));
    this.#voice.event({
      event: 'listening',
      url: this.#address,
      host: remote === undefined ? localHost : '::',
      port,
      deviceId,
      ...(remote === undefined ? {} : { addresses, fingerprint: remote.fingerprint }),
    });
    this.#voice.result(`Hexdrop is in the browser: ${this.#address}`);
    this.#voice.note('This address opens one browser; when it is used, the next one is shown. Ctrl-C stops.');
    if (remote === undefined) return;
    const { password, fingerprint } = remote;
    this.#voice.result(
      `From other machines: ${addresses.length === 0 ? 'no address yet' : addresses.join(' ')}`,
    );
    if (password.isNew) this.#voice.result(`Password, for as long as this runs: ${password.password}`);
    this.#voice.result(
      'The browser will warn once, since nobody vouches for the certificate. Compare its SHA-256:',
    );
    this.#voice.result(`  ${fingerprint}`);
  }

  #renew(): void {
    const key = this.#server.keys.issue({
      onUsed: () => {
        this.#renew();
        this.#voice.event({ event: 'address', url: this.#address });
        this.#voice.note(`A browser was let in. For another one: ${this.#address}`);
      },
    });
    this.#address = `${this.#server.addressFor(localHost)}#${key}`;
  }
}

/** Link-local ones need a zone, which no browser takes. */
const reachable = (): readonly string[] =>
  machineAddresses().filter(
    (address) => !isLoopback(address) && !(isIPv6(address) && /^fe[89ab]/i.test(address)),
  );
