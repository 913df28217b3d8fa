/**
 * Small JSON files in the home folder, their owner's alone: read whole, replaced whole. What cannot be read, because it
 * is damaged or of a later version, is never lost: it is set aside under another name before the file is written anew.
 */

import { existsSync, readFileSync, renameSync } from 'node:fs';
import * as v from 'valibot';

import { ownersFileFault, replaceOwnersFile } from '../base/owners-file.ts';
import { HexdropError } from '../../shared/errors/errors.ts';

export class OwnersJson<Schema extends v.GenericSchema> {
  readonly #path: string;
  readonly #schema: Schema;
  /** What is there could not be read. */
  #isUnreadable = false;

  constructor(path: string, schema: Schema) {
    this.#path = path;
    this.#schema = schema;
  }

  /** Undefined when there is no such file. @throws HexdropError file-unreadable, permission-denied */
  read(): v.InferOutput<Schema> | undefined {
    try {
      const value: unknown = JSON.parse(readFileSync(this.#path, 'utf8'));
      const { success, output, issues } = v.safeParse(this.#schema, value);
      if (!success) throw new Error(complaint(value, issues[0]));
      return output;
    } catch (thrown) {
      const { code, message } = thrown as NodeJS.ErrnoException;
      if (code === 'ENOENT') return undefined;
      this.#isUnreadable = true;
      const isForbidden = code === 'EACCES' || code === 'EPERM';
      throw new HexdropError(
        isForbidden ? 'permission-denied' : 'file-unreadable',
        `${this.#path} cannot be read: ${code ?? message}. Before it is written anew it is kept beside it.`,
        { cause: thrown },
      );
    }
  }

  /** @throws HexdropError home-unwritable; then the file is as it was */
  write(value: unknown): void {
    if (this.#isUnreadable) this.#setAside();
    replaceOwnersFile(this.#path, `${JSON.stringify(value, undefined, 2)}\n`);
  }

  #setAside(): void {
    let number = 1;
    while (existsSync(this.#asideName(number))) number += 1;
    try {
      renameSync(this.#path, this.#asideName(number));
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT')
        throw ownersFileFault(thrown as NodeJS.ErrnoException, this.#path);
    }
    this.#isUnreadable = false;
  }

  #asideName(number: number): string {
    return `${this.#path}.unreadable-${number}`;
  }
}

/** What is wrong with the form, as a sentence without an end. */
const complaint = (value: unknown, issue: v.BaseIssue<unknown>): string => {
  const { version } = (value ?? {}) as { version?: unknown };
  if (typeof version === 'number' && version !== 1) return `it has version ${version}, this program knows 1`;
  const place = v.getDotPath(issue);
  return `${place === null ? 'it' : `"${place}"`} has a form that this program does not know`;
};
