/** What is typed as settings, and back. Pure. */

/** A name: 1 to 64 characters without the white space around them. */
export const aliasOf = (typed: string): string | undefined =>
  typed === '' || Array.from(typed).length > 64 ? undefined : typed;

export const portOf = (typed: string): number | undefined => {
  const port = /^\d{1,5}$/u.test(typed) ? Number(typed) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
};

const megabyte = 1_000_000;
/** Less would be taken for a standstill. */
const leastLimit = 1_024;

/** Megabytes a second as bytes a second; empty is no limit. A comma serves as the decimal point. */
export const limitOf = (typed: string): { readonly limit: number | null } | undefined => {
  if (typed === '') return { limit: null };
  const value = /^\d+(?:[.,]\d+)?$/u.test(typed) ? Number(typed.replace(',', '.')) * megabyte : 0;
  return value >= leastLimit && value < 1e15 ? { limit: Math.round(value) } : undefined;
};

export const shownLimit = (limit: number | null): string =>
  limit === null ? '' : String(Number((limit / megabyte).toFixed(6)));
