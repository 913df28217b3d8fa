/** The one page that this program shows, and nothing but it. */

export const scheme = 'app';
export const pageOrigin = 'app://hexdrop';
export const pageUrl = `${pageOrigin}/`;

/** The page itself, whatever its hash says; not another file of the same origin. */
export const isPageUrl = (url: string): boolean => {
  const [address = ''] = url.split('#', 1);
  return address === pageUrl || address === `${pageUrl}index.html`;
};
