// Runs in the page before its own scripts, around the real preload: `require` knows 'electron' and nothing else, what
// crosses contextBridge is copied as Electron copies it, and IPC goes out through one binding. PRELOAD is replaced by
// the bundle's text.

(() => {
  if (window !== window.top) return;
  const call = window.hexdropShim;
  const ports = new Map();
  let lastPort = 0;

  const strict = (name, thing) =>
    new Proxy(thing, {
      get(target, property) {
        if (typeof property === 'symbol' || property in target) return target[property];
        throw new Error(`The shim of Electron has no ${name}.${property}.`);
      },
    });

  const base64 = (bytes) => {
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
  };
  const mapped = (value, convert) =>
    Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, convert(inner)]));
  const pack = (value) => {
    if (value instanceof Uint8Array) return { packedBytes: base64(value) };
    if (Array.isArray(value)) return value.map(pack);
    return typeof value === 'object' && value !== null ? mapped(value, pack) : value;
  };
  const unpack = (value) => {
    if (Array.isArray(value)) return value.map(unpack);
    if (typeof value !== 'object' || value === null) return value;
    if ('packedBytes' in value)
      return Uint8Array.from(atob(value.packedBytes), (letter) => letter.charCodeAt(0));
    return mapped(value, unpack);
  };

  /** As contextBridge does it: functions become proxies, promises are followed, everything else is copied. */
  const crossed = (value) => {
    if (typeof value === 'function') return (...args) => crossed(value(...args.map(crossed)));
    if (value instanceof Promise) return value.then(crossed);
    if (Array.isArray(value)) return value.map(crossed);
    if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
      return mapped(value, crossed);
    }
    return structuredClone(value);
  };

  const electron = strict('electron', {
    contextBridge: strict('contextBridge', {
      exposeInMainWorld: (name, api) => {
        Object.defineProperty(window, name, { value: Object.freeze(crossed(api)) });
      },
    }),
    ipcRenderer: strict('ipcRenderer', {
      send: (channel, ...args) => void call({ kind: 'send', channel, args: pack(args) }),
      invoke: async (channel, ...args) => unpack(await call({ kind: 'invoke', channel, args: pack(args) })),
      postMessage: (channel, message, transfer = []) => {
        const ids = transfer.map((port) => {
          lastPort += 1;
          const id = lastPort;
          ports.set(id, port);
          port.addEventListener('message', ({ data }) => void call({ kind: 'port', id, data: pack(data) }));
          port.start();
          return id;
        });
        void call({ kind: 'send', channel, args: pack([message]), ports: ids });
      },
    }),
    webUtils: strict('webUtils', {
      getPathForFile: (file) => {
        if (!(file instanceof File)) throw new TypeError('getPathForFile takes a File.');
        return window.hexdropShimPaths?.[file.name] ?? '';
      },
    }),
  });

  window.hexdropShimDeliver = (id, data) => ports.get(id)?.postMessage(unpack(data));
  window.hexdropShimClosePort = (id) => {
    ports.get(id)?.close();
    ports.delete(id);
  };
  window.hexdropShimInvoke = electron.ipcRenderer.invoke;
  window.open = (url) => {
    void call({ kind: 'open', url: String(url) });
    return null;
  };

  const require = (name) => {
    if (name === 'electron') return electron;
    throw new Error(`A sandboxed preload cannot require '${name}'.`);
  };
  const module = { exports: {} };
  const process = { platform: 'PLATFORM' };
  /** The bundle as a function, the way Electron wraps it. */
  const preload = /* PRELOAD */ undefined;
  preload(require, module, module.exports, process);
})();
