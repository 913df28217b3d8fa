// The module `electron` is the shim; everything else is left to those behind us.

const shim = new URL('electron.ts', import.meta.url).href;

export const resolve = (specifier, context, next) =>
  next(specifier === 'electron' ? shim : specifier, context);
