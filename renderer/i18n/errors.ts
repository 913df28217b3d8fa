/**
 * Every code of the engine as a sentence for people: what happened, and what to do. A code without a sentence fails
 * the typecheck and a test.
 */

import type { LinkFailureCode } from '../../shared/ipc/failure.ts';
import type { Language } from '../../shared/model/settings.ts';
import type { ErrorCode } from '../../shared/errors/errors.ts';

type Sentences = Readonly<Record<ErrorCode | LinkFailureCode, string>>;

const en: Sentences = {
  'bad-magic':
    'What came over the connection is not Hexdrop. Check the address and the port, and that both sides run Hexdrop.',
  'bad-flags': 'The other side sent a frame with unknown flags. Update Hexdrop on both devices.',
  'bad-channel': 'The other side used a channel that does not exist. Update Hexdrop on both devices.',
  'bad-id': 'The other side used a request number that is not its own. Update Hexdrop on both devices.',
  'unknown-type': 'The other side sent a frame that this version does not know. Update Hexdrop here.',
  'frame-too-large': 'The other side announced a frame over the limit; the connection was closed. Try again.',
  'truncated-frame': 'The connection ended in the middle of a frame. Try again: what arrived is kept.',
  'bad-payload': 'The other side sent a frame that makes no sense here. Update Hexdrop on both devices.',
  'unexpected-frame': 'The other side sent something out of turn; the connection was closed. Try again.',
  'version-unsupported': 'The two versions of Hexdrop do not understand each other. Update the older one.',
  'certificate-required':
    'The other side did not prove who it is. Start Hexdrop there again, then try again.',
  'key-not-allowed':
    'The other side has a key that is too weak to tell it from others. It needs a new one before anything can be exchanged.',
  'identity-mismatch':
    'The other side claims to be a device that it is not. Do not send to it; check the address first.',
  'peer-key-changed':
    'This device answers with another key than before. Ask its owner whether Hexdrop was set up anew there, then compare the words and accept the new key.',
  'plain-not-allowed':
    'The other side takes only encrypted connections. Connect without "plain", or allow plain connections there.',
  'tls-failed': 'No encrypted connection came about. Check that the address and port belong to Hexdrop.',
  'handshake-timeout': 'The device answered too slowly. Check the network on both sides, then try again.',
  'peer-silent': 'The device stopped answering. Check that it is awake and on the same network; then resume.',
  'too-many-sessions': 'Too many connections come from this address. Close some, or wait a moment.',
  'too-many-requests': 'Too much was asked of the other side at once. Wait a moment and try again.',
  'shutting-down': 'Hexdrop is closing on the other side. Resume when it runs again.',
  'connection-lost': 'The connection broke. Resume when the network is back: what arrived is kept.',
  internal:
    'Something failed that should not have. Try again; if it stays, start Hexdrop again on both sides.',
  unreachable: 'There is no way to this address. Check that both devices are on the same network.',
  'host-unknown': 'No device has this name. Check the spelling, or type the address in numbers.',
  'name-server-silent':
    'The name server of this network does not answer. Choose the device in the list, or type its address in numbers.',
  'connection-refused':
    'The device is there, but Hexdrop does not run on it or uses another port. Start it there.',
  'port-taken': 'Another program uses this port. Choose another port in the settings.',
  'not-hexdrop': 'Another program answers at this address. Check the port.',
  'home-unwritable':
    'Hexdrop cannot write into its own folder on this device. Make room or give permission there: until then new devices, the history and settings are not kept. Transfers go on.',
  'no-such-share': 'This share is no longer there. Go back and look at the list again.',
  'no-such-path': 'This file or folder is no longer in the share. Go up one folder and reload.',
  'not-a-folder': 'This is not a folder. Go up one folder and choose again.',
  'read-only': 'This share can only be read. Ask its owner to allow uploads.',
  'pin-required': 'This share asks for a PIN. Get it from the owner and enter it.',
  'pin-wrong': 'The PIN is wrong. Check it with the owner and enter it again.',
  'pin-throttled': 'There were too many wrong PINs. Wait a little before the next try.',
  declined: 'The receiver declined. Ask them, then send it again.',
  cancelled: 'The transfer was cancelled. Start it again when you want it.',
  'not-receiving': 'The device takes no files now. Ask its owner to open Hexdrop there.',
  'no-space': 'There is not enough space for it. Free some where it goes, then try again.',
  'transfer-unknown': 'The other side no longer knows this transfer. Start it again.',
  'manifest-order': 'The list of files came in the wrong order. Update Hexdrop on both devices.',
  'manifest-too-large': 'The list of files came faster than allowed. Try again with fewer files at once.',
  'manifest-depth': 'The folders are nested too deeply. Send a folder further down.',
  'unsafe-name':
    'A name was refused because it could lead out of its folder. Rename the file, then try again.',
  'unsafe-path':
    'A path was refused because it could lead out of its folder. Choose the files in another way.',
  'file-unreadable': 'The file cannot be read. Check its permissions, and that no other program locks it.',
  'page-gone':
    'The page that the files came from was closed, or its connection broke. Send them again: what arrived is kept.',
  'file-changed': 'The file changed while it was sent. Wait until it is no longer written to, then retry.',
  'file-vanished': 'The file is no longer there. Choose it again.',
  'permission-denied': 'The system does not allow it. Check the permissions of the file or folder.',
  'disk-full': 'There is no space left. Free some or choose another folder, then resume.',
  'file-too-large':
    'The file is too large for the way or for the disk it goes to. Split it, or choose another disk.',
  'name-too-long': 'The name is too long for the disk it goes to. Shorten it, then retry.',
  'path-too-long': 'The path is too long for the system. Choose a folder closer to the top.',
  'name-not-allowed': 'The receiving system does not allow this name. Rename the file, then retry.',
  'name-not-utf8': 'The name has characters that cannot be read. Rename the file, then retry.',
  'is-a-folder': 'A folder stands where the file should go. Choose another folder or rename one of them.',
  'not-a-file': 'This is neither a file nor a folder, so it cannot be sent. Leave it out.',
  'symlink-in-path': 'A link stands in the path, and links are not followed. Choose the real folder.',
  'file-exists': 'A file of this name is there already. Choose what happens with existing files.',
  'digest-mismatch':
    'What arrived is not what was sent, so it was not kept. Retry; if it stays, check the disk and the network.',
  'write-failed': 'The file could not be written. Check the disk and its free space, then resume.',
  'read-failed': 'The file could not be read to its end. Check the disk, then retry.',
  'share-removed': 'The folder is no longer shared. Ask its owner to share it again.',
  'text-throttled': 'Too many texts came in a row. Wait a moment before you send the next one.',
  'unknown-call': 'The running program is older than this window. Start Hexdrop again.',
  'bad-arguments': 'The program did not understand this window. Load the window anew, then try again.',
  'too-many-calls': 'Too much was asked at once. Wait a moment and try again.',
  'ref-unknown': 'What was chosen is no longer known. Choose it again.',
  'device-unknown': 'The device is no longer in the list. Look again, or type its address.',
  'not-verified': 'The device is not verified. Compare the words of both devices first.',
  'not-supported': 'This program cannot do that here. Use the desktop program on that machine.',
  'not-possible-now': 'The transfer has moved on, so this is no longer possible. Look at its state.',
  'transfers-running': 'Transfers are running. Wait for them, or pause or cancel them first.',
  'discovery-failed': 'Devices on the network cannot be looked for. Type an address; it works without.',
  'no-such-capture': 'This capture is no longer there. Start a new one, or open its file again.',
  'not-a-capture': 'This file is no capture that Hexdrop can read. Choose a .pcapng file that Hexdrop saved.',
  'too-many-captures': 'Too many captures are open. Close one of them first.',
  'link-lost': 'There is no connection to the program. It is being tried again; see that Hexdrop still runs.',
  'link-mismatch': 'The program is of another version than this window. Load the window anew.',
  abandoned: 'This was broken off. Start it again when you want it.',
  usage: 'This could not be understood. Check what you typed.',
};

const zh: Sentences = {
  'bad-magic': '连接上收到的数据不是 Hexdrop。请检查地址和端口，并确认两端都在运行 Hexdrop。',
  'bad-flags': '对方发来了带有未知标志的帧。请更新两台设备上的 Hexdrop。',
  'bad-channel': '对方使用了不存在的通道。请更新两台设备上的 Hexdrop。',
  'bad-id': '对方使用了不属于它的请求编号。请更新两台设备上的 Hexdrop。',
  'unknown-type': '对方发来了本版本不认识的帧。请更新本机的 Hexdrop。',
  'frame-too-large': '对方声明的帧超过上限，连接已关闭。请重试。',
  'truncated-frame': '连接在一帧的中间断开。请重试：已收到的部分会保留。',
  'bad-payload': '对方发来的帧无法理解。请更新两台设备上的 Hexdrop。',
  'unexpected-frame': '对方在不该发送时发来了帧，连接已关闭。请重试。',
  'version-unsupported': '两端的 Hexdrop 版本互不兼容。请更新较旧的一端。',
  'certificate-required': '对方没有证明自己的身份。请在对方设备上重新启动 Hexdrop 后重试。',
  'key-not-allowed': '对方的密钥太弱，不足以证明它是哪一台设备。请先在对方设备上换用新的密钥。',
  'identity-mismatch': '对方冒用了另一台设备的身份。请不要向它发送，先核对地址。',
  'peer-key-changed':
    '这台设备的密钥与以前不同。请向机主确认是否重新安装过 Hexdrop，核对口令词后再接受新密钥。',
  'plain-not-allowed': '对方只接受加密连接。请不要使用明文连接，或在对方设备上允许明文。',
  'tls-failed': '无法建立加密连接。请确认地址和端口属于 Hexdrop。',
  'handshake-timeout': '设备响应太慢。请检查两端的网络后重试。',
  'peer-silent': '设备不再响应。请确认它没有休眠且在同一网络中，然后继续。',
  'too-many-sessions': '来自此地址的连接过多。请关闭一些，或稍等片刻。',
  'too-many-requests': '同时向对方提出的请求过多。请稍等片刻再试。',
  'shutting-down': '对方的 Hexdrop 正在退出。等它再次运行后继续即可。',
  'connection-lost': '连接中断。网络恢复后可以继续：已收到的部分会保留。',
  internal: '出现了不该发生的错误。请重试；若仍然如此，请重新启动两端的 Hexdrop。',
  unreachable: '无法到达此地址。请确认两台设备在同一网络中。',
  'host-unknown': '没有叫这个名字的设备。请检查拼写，或直接输入数字地址。',
  'name-server-silent': '此网络的域名服务器没有应答。请在列表中选择设备，或直接输入数字地址。',
  'connection-refused': '设备在线，但没有运行 Hexdrop 或使用了其他端口。请在那台设备上启动它。',
  'port-taken': '另一个程序占用了此端口。请在设置中选择其他端口。',
  'not-hexdrop': '在此地址应答的是另一个程序。请检查端口。',
  'home-unwritable':
    'Hexdrop 无法写入本机上存放自身数据的文件夹。请腾出空间或授予权限：在此之前，新设备、历史记录和设置都不会保存。传输不受影响。',
  'no-such-share': '此共享已不存在。请返回并重新查看列表。',
  'no-such-path': '此文件或文件夹已不在共享中。请返回上一级并刷新。',
  'not-a-folder': '这不是文件夹。请返回上一级重新选择。',
  'read-only': '此共享只能读取。请让共享者允许上传。',
  'pin-required': '此共享需要 PIN 码。请向共享者索取并输入。',
  'pin-wrong': 'PIN 码不正确。请与共享者核对后重新输入。',
  'pin-throttled': 'PIN 码错误次数过多。请稍等一会儿再试。',
  declined: '接收方拒绝了。请与对方沟通后重新发送。',
  cancelled: '传输已取消。需要时可以重新开始。',
  'not-receiving': '对方设备现在不接收文件。请让机主打开 Hexdrop。',
  'no-space': '目标位置的磁盘空间不足。请清理空间后重试。',
  'transfer-unknown': '对方已没有这次传输的记录。请重新开始。',
  'manifest-order': '文件清单的顺序不正确。请更新两台设备上的 Hexdrop。',
  'manifest-too-large': '文件清单来得太快，超过了限制。请减少一次发送的文件数后重试。',
  'manifest-depth': '文件夹嵌套过深。请发送更下层的文件夹。',
  'unsafe-name': '某个名称可能越出所在文件夹，已被拒绝。请重命名文件后重试。',
  'unsafe-path': '某个路径可能越出所在文件夹，已被拒绝。请用其他方式选择文件。',
  'file-unreadable': '无法读取该文件。请检查权限，并确认没有被其他程序锁定。',
  'page-gone': '传送文件的页面已关闭，或与它的连接已断开。请重新发送：已收到的部分会保留。',
  'file-changed': '文件在发送过程中被修改。请等它写完后重试。',
  'file-vanished': '文件已不存在。请重新选择。',
  'permission-denied': '系统不允许此操作。请检查文件或文件夹的权限。',
  'disk-full': '磁盘空间不足。请清理空间或选择其他文件夹，然后继续。',
  'file-too-large': '文件太大，无法传输或目标磁盘无法保存。请拆分文件，或选择其他磁盘。',
  'name-too-long': '名称太长，目标磁盘无法保存。请缩短后重试。',
  'path-too-long': '路径太长，系统无法处理。请选择层级更浅的文件夹。',
  'name-not-allowed': '接收方的系统不允许此名称。请重命名后重试。',
  'name-not-utf8': '名称中有无法识别的字符。请重命名后重试。',
  'is-a-folder': '目标位置已有同名文件夹。请选择其他文件夹或重命名。',
  'not-a-file': '它既不是文件也不是文件夹，无法发送。请将它移除。',
  'symlink-in-path': '路径中有符号链接，程序不会跟随链接。请选择真实的文件夹。',
  'file-exists': '已有同名文件。请选择如何处理已有文件。',
  'digest-mismatch': '收到的内容与发送的不一致，未予保留。请重试；若仍然如此，请检查磁盘和网络。',
  'write-failed': '无法写入文件。请检查磁盘及剩余空间，然后继续。',
  'read-failed': '文件未能完整读取。请检查磁盘后重试。',
  'share-removed': '此文件夹已停止共享。请让共享者重新共享。',
  'text-throttled': '连续发送的文本过多。请稍等片刻再发送。',
  'unknown-call': '正在运行的程序比此窗口旧。请重新启动 Hexdrop。',
  'bad-arguments': '程序无法理解此窗口的请求。请刷新窗口后重试。',
  'too-many-calls': '同时提出的请求过多。请稍等片刻再试。',
  'ref-unknown': '所选内容已失效。请重新选择。',
  'device-unknown': '该设备已不在列表中。请刷新，或直接输入地址。',
  'not-verified': '该设备尚未验证。请先核对两台设备的口令词。',
  'not-supported': '此程序在这里无法做到。请在那台电脑上使用桌面程序。',
  'not-possible-now': '传输状态已改变，无法再执行此操作。请查看它的当前状态。',
  'transfers-running': '有传输正在进行。请等待完成，或先暂停、取消。',
  'discovery-failed': '无法在网络中查找设备。请直接输入地址，仍可正常使用。',
  'no-such-capture': '此抓包已不存在。请重新开始，或再次打开文件。',
  'not-a-capture': '这不是 Hexdrop 能读取的抓包文件。请选择由 Hexdrop 保存的 .pcapng 文件。',
  'too-many-captures': '打开的抓包过多。请先关闭一个。',
  'link-lost': '与程序的连接已断开，正在重试。请确认 Hexdrop 仍在运行。',
  'link-mismatch': '程序与此窗口的版本不同。请刷新窗口。',
  abandoned: '操作已中断。需要时请重新开始。',
  usage: '无法理解此输入。请检查你输入的内容。',
};

const sentences: Readonly<Record<Language, Sentences>> = { en, zh };

/** What to tell a person about a code. One that is unknown here reads as `internal`. */
export const errorSentence = (language: Language, code: string): string =>
  sentences[language][Object.hasOwn(sentences.en, code) ? (code as keyof Sentences) : 'internal'];

/** The code of anything that a call throws: errors of the link carry one. */
export const codeOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : 'internal';
