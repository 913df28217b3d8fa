/** Markdown that the generated parts of the documents are made of. */

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

export const hexByte = (number: number): string => `0x${number.toString(16).padStart(2, '0')}`;

export const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');
