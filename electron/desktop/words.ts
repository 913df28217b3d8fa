/** What the shell itself says in menus, tray and dialogs. The page has its own words. */

import type { Language } from '../../shared/model/settings.ts';

export interface Words {
  readonly language: Language;
  readonly file: string;
  readonly sendFiles: string;
  readonly shareFolder: string;
  readonly openDownloads: string;
  readonly settings: string;
  readonly closeWindow: string;
  readonly quit: string;
  readonly edit: string;
  readonly undo: string;
  readonly redo: string;
  readonly cut: string;
  readonly copy: string;
  readonly paste: string;
  readonly remove: string;
  readonly selectAll: string;
  readonly view: string;
  readonly reload: string;
  readonly actualSize: string;
  readonly zoomIn: string;
  readonly zoomOut: string;
  readonly fullScreen: string;
  readonly developerTools: string;
  readonly window: string;
  readonly minimize: string;
  readonly zoomWindow: string;
  readonly bringAllToFront: string;
  readonly help: string;
  readonly about: string;
  readonly services: string;
  readonly hide: string;
  readonly hideOthers: string;
  readonly showAll: string;
  readonly showWindow: string;
  readonly hideWindow: string;
  readonly idle: string;
  running(count: number): string;
  offers(count: number): string;
  sharing(count: number): string;
  readonly chooseFiles: string;
  readonly chooseFolder: string;
  readonly chooseShare: string;
  readonly quitQuestion: string;
  readonly quitDetail: string;
  readonly quitAnyway: string;
  readonly keepRunning: string;
  readonly trayTitle: string;
  readonly trayBody: string;
  readonly faultTitle: string;
  readonly faultBody: string;
  readonly pageGoneTitle: string;
  readonly pageGoneBody: string;
  readonly openAgain: string;
  readonly firewallTitle: string;
  readonly firewallBody: string;
  readonly goOn: string;
}

const english: Words = {
  language: 'en',
  file: '&File',
  sendFiles: 'Send Files…',
  shareFolder: 'Share a Folder…',
  openDownloads: 'Open Download Folder',
  settings: 'Settings…',
  closeWindow: 'Close Window',
  quit: 'Quit Hexdrop',
  edit: '&Edit',
  undo: 'Undo',
  redo: 'Redo',
  cut: 'Cut',
  copy: 'Copy',
  paste: 'Paste',
  remove: 'Delete',
  selectAll: 'Select All',
  view: '&View',
  reload: 'Reload',
  actualSize: 'Actual Size',
  zoomIn: 'Zoom In',
  zoomOut: 'Zoom Out',
  fullScreen: 'Full Screen',
  developerTools: 'Developer Tools',
  window: '&Window',
  minimize: 'Minimize',
  zoomWindow: 'Zoom',
  bringAllToFront: 'Bring All to Front',
  help: '&Help',
  about: 'About Hexdrop',
  services: 'Services',
  hide: 'Hide Hexdrop',
  hideOthers: 'Hide Others',
  showAll: 'Show All',
  showWindow: 'Show Window',
  hideWindow: 'Hide Window',
  idle: 'Nothing is being transferred',
  running: (count) => (count === 1 ? '1 transfer' : `${count} transfers`),
  offers: (count) => (count === 1 ? '1 offer waits for your answer' : `${count} offers wait for your answer`),
  sharing: (count) => (count === 1 ? '1 folder is shared' : `${count} folders are shared`),
  chooseFiles: 'Choose files to send',
  chooseFolder: 'Choose a folder',
  chooseShare: 'Choose a folder to share',
  quitQuestion: 'Quit while transfers are running?',
  quitDetail:
    'They stop now. What has arrived is kept, and a transfer that is started again goes on from there.',
  quitAnyway: 'Quit',
  keepRunning: 'Keep Running',
  trayTitle: 'Hexdrop is still running',
  trayBody:
    'Transfers and shared folders go on without a window. The tray icon brings it back; so does starting Hexdrop again.',
  faultTitle: 'Something in Hexdrop went wrong',
  faultBody:
    'It goes on. If it behaves strangely, quit it and start it again; unfinished transfers can be resumed.',
  pageGoneTitle: 'The window has failed',
  pageGoneBody: 'Transfers and shared folders are not affected.',
  openAgain: 'Open It Again',
  firewallTitle: 'Windows will ask about Hexdrop',
  firewallBody:
    'Windows is about to ask whether Hexdrop may communicate on your networks. Other devices send files straight to this one, so allow it in private networks. Without that you can still send to others, but nobody can reach you. In public networks it is not needed.',
  goOn: 'Continue',
};

const chinese: Words = {
  language: 'zh',
  file: '文件(&F)',
  sendFiles: '发送文件…',
  shareFolder: '共享文件夹…',
  openDownloads: '打开下载文件夹',
  settings: '设置…',
  closeWindow: '关闭窗口',
  quit: '退出 Hexdrop',
  edit: '编辑(&E)',
  undo: '撤销',
  redo: '重做',
  cut: '剪切',
  copy: '复制',
  paste: '粘贴',
  remove: '删除',
  selectAll: '全选',
  view: '查看(&V)',
  reload: '重新加载',
  actualSize: '实际大小',
  zoomIn: '放大',
  zoomOut: '缩小',
  fullScreen: '全屏',
  developerTools: '开发者工具',
  window: '窗口(&W)',
  minimize: '最小化',
  zoomWindow: '缩放',
  bringAllToFront: '全部置于顶层',
  help: '帮助(&H)',
  about: '关于 Hexdrop',
  services: '服务',
  hide: '隐藏 Hexdrop',
  hideOthers: '隐藏其他',
  showAll: '全部显示',
  showWindow: '显示窗口',
  hideWindow: '隐藏窗口',
  idle: '没有正在进行的传输',
  running: (count) => `${count} 个传输`,
  offers: (count) => `${count} 个发送请求等待答复`,
  sharing: (count) => `正在共享 ${count} 个文件夹`,
  chooseFiles: '选择要发送的文件',
  chooseFolder: '选择文件夹',
  chooseShare: '选择要共享的文件夹',
  quitQuestion: '传输正在进行，仍要退出吗？',
  quitDetail: '传输会立即停止。已收到的内容会保留，重新开始后从中断处继续。',
  quitAnyway: '退出',
  keepRunning: '继续运行',
  trayTitle: 'Hexdrop 仍在运行',
  trayBody: '关闭窗口后，传输和共享照常进行。点击托盘图标或再次启动 Hexdrop 即可重新打开窗口。',
  faultTitle: 'Hexdrop 出现了问题',
  faultBody: '程序会继续运行。如有异常，请退出后重新启动，未完成的传输可以继续。',
  pageGoneTitle: '窗口出现故障',
  pageGoneBody: '传输和共享不受影响。',
  openAgain: '重新打开',
  firewallTitle: 'Windows 即将询问是否允许 Hexdrop 联网',
  firewallBody:
    'Windows 防火墙会弹出提示，询问是否允许 Hexdrop 在网络中通信。其他设备需要直接连接本机才能发送文件，因此请勾选“专用网络”并允许访问。如果不允许，本机仍可向其他设备发送文件，但其他设备无法连接本机。公用网络无需勾选。',
  goOn: '继续',
};

const tables: Readonly<Record<Language, Words>> = { en: english, zh: chinese };

/** Mnemonics (`&File`) are for Windows and Linux; macOS would show them. */
export const wordsFor = (language: Language, platform: NodeJS.Platform): Words => {
  const words = tables[language];
  if (platform !== 'darwin') return words;
  const plain = (text: string): string => text.replace(/\(&.\)|&/, '');
  return {
    ...words,
    file: plain(words.file),
    edit: plain(words.edit),
    view: plain(words.view),
    window: plain(words.window),
    help: plain(words.help),
  };
};
