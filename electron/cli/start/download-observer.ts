/**
 * Loaded into Electron's installer before it (`node --import`): tells the parent process how long the runtime is, and
 * why a request got no answer. The installer prints of the latter no more than "fetch failed". Changes nothing.
 */

export type Observed =
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'fault'; readonly host: string; readonly code: string };

const tell = (observed: Observed): void => void process.send?.(observed, () => {});
const { fetch } = globalThis;

globalThis.fetch = async (input, init) => {
  const url = input instanceof Request ? input.url : String(input);
  try {
    const response = await fetch(input, init);
    const length = Number(response.headers.get('content-length') ?? '');
    if (response.ok && url.endsWith('.zip') && length > 0) tell({ kind: 'length', bytes: length });
    return response;
  } catch (thrown) {
    tell({ kind: 'fault', host: URL.canParse(url) ? new URL(url).host : url, code: codeOf(thrown) });
    throw thrown;
  }
};

// The channel to the parent must not keep the installer alive.
process.channel?.unref();

/** `fetch` wraps the cause; with several addresses that is a list of causes. */
function codeOf(thrown: unknown): string {
  for (let cause: unknown = thrown; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (typeof code === 'string') return code;
    if (cause instanceof AggregateError && cause.errors.length > 0) return codeOf(cause.errors[0]);
  }
  return 'unknown';
}
