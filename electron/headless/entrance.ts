/**
 * The page before the program's own: takes the key out of the printed address, finds back to a window that this browser
 * had, or asks for the password. The form works without any script. The key stands behind `#`, which browsers send to
 * nobody; the script takes it from there and leaves no trace in the back button.
 */

export type EntranceNotice =
  | { readonly kind: 'none' }
  /** The window's session is of an earlier run, or another browser's. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'wrong-password' }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'busy' };

export interface EntranceOptions {
  readonly notice: EntranceNotice;
  readonly asksPassword: boolean;
  /** The Accept-Language field of the browser. */
  readonly languages: string | undefined;
}

const english = {
  title: 'Open Hexdrop',
  hint: 'Open the address that Hexdrop shows in its terminal. Each address opens one browser; when it is used, the next one is shown there.',
  again: 'The terminal is closed? Run hexdrop ui again: it shows a new address.',
  closed: 'This window belongs to another browser, or to a Hexdrop that has ended.',
  used: 'This address has been used, or belongs to a Hexdrop that has ended.',
  password: 'Password',
  open: 'Open',
  wrongPassword: 'The password is wrong.',
  wait: (seconds: number) => `Too many wrong passwords. The next try is possible in ${seconds} s.`,
  busy: 'Too many tries at once. Try again in a moment.',
};

const chinese: typeof english = {
  title: '打开 Hexdrop',
  hint: '请打开 Hexdrop 在终端中显示的地址。每个地址只能打开一个浏览器；用过之后，终端会显示下一个。',
  again: '终端已经关闭？请再次运行 hexdrop ui，它会显示新的地址。',
  closed: '此窗口属于另一个浏览器，或属于已经结束的 Hexdrop。',
  used: '此地址已经用过，或属于已经结束的 Hexdrop。',
  password: '密码',
  open: '打开',
  wrongPassword: '密码不正确。',
  wait: (seconds: number) => `密码错误次数过多，${seconds} 秒后才能重试。`,
  busy: '尝试过于频繁，请稍后再试。',
};

const noticeText = (notice: EntranceNotice, words: typeof english): string => {
  switch (notice.kind) {
    case 'none':
      return '';
    case 'closed':
      return words.closed;
    case 'wrong-password':
      return words.wrongPassword;
    case 'wait':
      return words.wait(notice.seconds);
    case 'busy':
      return words.busy;
  }
};

/** Every word in it is ours: nothing that a request brought is repeated. */
export const entrancePage = ({ notice, asksPassword, languages }: EntranceOptions): string => {
  const isChinese = /^\s*zh\b/i.test(languages ?? '');
  const words = isChinese ? chinese : english;
  const text = noticeText(notice, words);
  const form = `<form method="post" action="/login">
        <label for="password">${words.password}</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required autofocus>
        <button type="submit">${words.open}</button>
      </form>`;
  return `<!doctype html>
<html lang="${isChinese ? 'zh-CN' : 'en'}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${words.title}</title>
    <link rel="stylesheet" href="/entrance.css">
    <script src="/entrance.js" defer></script>
  </head>
  <body>
    <main>
      <p class="mark" aria-hidden="true">48 58 44 31</p>
      <h1>${words.title}</h1>
      <p role="alert" id="notice" data-used="${words.used}">${text}</p>
      ${asksPassword ? form : ''}
      <p>${words.hint}</p>
      <p>${words.again}</p>
    </main>
  </body>
</html>
`;
};

export const entranceStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText; }
main { max-width: 30rem; padding: 2rem; }
.mark { margin: 0; font-family: ui-monospace, monospace; letter-spacing: 0.1em; opacity: 0.65; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; }
[role="alert"]:empty { display: none; }
[role="alert"] { border-inline-start: 4px solid; padding-inline-start: 0.75rem; font-weight: 600; }
form { display: grid; gap: 0.5rem; margin: 1.5rem 0; }
input, button { font: inherit; padding: 0.5rem 0.75rem; }
`;

/** Runs in the browser. Storage belongs to this host and port alone, and keeps a path, which opens nothing by itself. */
export const entranceScript = `'use strict';
const place = 'hexdrop-window';
const read = () => { try { return localStorage.getItem(place); } catch { return null; } };
const keep = (path) => { try { localStorage.setItem(place, path); } catch {} };
const forget = () => { try { localStorage.removeItem(place); } catch {} };
const isWindow = (path) => typeof path === 'string' && /^\\/w\\/[\\w-]+\\/$/.test(path);
async function enter() {
  const key = location.hash.slice(1);
  if (key !== '') {
    history.replaceState(null, '', location.pathname);
    const answer = await fetch('/enter', { method: 'POST', body: key, headers: { 'Content-Type': 'text/plain' } });
    const path = answer.ok ? await answer.text() : '';
    if (isWindow(path)) {
      keep(path);
      return location.replace(path);
    }
  }
  const path = read();
  if (isWindow(path)) {
    const answer = await fetch(path, { method: 'HEAD' });
    if (answer.ok) return location.replace(path);
    if (answer.status === 401) forget();
  }
  const notice = document.getElementById('notice');
  if (key !== '' && notice.textContent === '') notice.textContent = notice.dataset.used;
}
enter().catch(() => {});
addEventListener('hashchange', () => enter().catch(() => {}));
`;
