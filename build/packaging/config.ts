/**
 * electron-builder's configuration (https://www.electron.build/configuration). `build/dist.ts` hands it over together with
 * the staged application and the architecture; the options of each system say what a person gets to download.
 */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Configuration } from 'electron-builder';

import manifest from '../../package.json' with { type: 'json' };
import { appId } from '../../electron/desktop/app-id.ts';
import { launcherFolder } from './launchers.ts';

/** Relative to the project: `build/dist.ts` puts the pictures there under the names that are looked for, 32x32.png. */
export const linuxIconFolder = 'release/icons';

/** What macOS shows when the program first touches the local network. */
const localNetworkUsage =
  'Hexdrop finds the devices of your network and moves files between them and this Mac. 在本地网络中发现设备并传输文件。';

/** DNS-SD types that the program browses and announces; macOS hides all others. The same as in mdns/service.ts. */
export const bonjourServices = ['_hexdrop._tcp'];

/**
 * Fuses are bits in Electron's binary that a packager sets once (https://www.electronjs.org/docs/latest/tutorial/fuses).
 * docs/SECURITY.md gives the reason of each.
 */
export const fuses = {
  runAsNode: false,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  loadBrowserProcessSpecificV8Snapshot: false,
  grantFileProtocolExtraPrivileges: false,
} as const;

/** Whole, since Apple's codesign reads it, which knows nothing of the folder of build resources. */
const entitlements = join(import.meta.dirname, 'macos', 'entitlements.plist');

/**
 * How a program for macOS is signed. Setting the fuses breaks the signature of Electron's framework, and Apple Silicon kills
 * what has none that holds: without a certificate it is signed ad hoc, which Apple notarizes for nobody.
 */
export const macSigning = (
  env: Readonly<Record<string, string | undefined>>,
): { readonly identity?: '-'; readonly notarize?: false } => {
  const hasCertificate = [env['CSC_LINK'], env['CSC_NAME']].some((value) => (value ?? '') !== '');
  return hasCertificate ? {} : { identity: '-', notarize: false };
};

/** "Send with Hexdrop" in file managers that take such an entry as a file; each goes where its manager looks. */
export const fileManagerEntries = Object.entries({
  'dolphin-send.desktop': '/usr/share/kio/servicemenus/hexdrop-send.desktop',
  'dolphin-share.desktop': '/usr/share/kio/servicemenus/hexdrop-share.desktop',
  // GNOME Files takes no entries for its menu: it has those of programs under "Open With".
  'gnome-send.desktop': '/usr/share/applications/hexdrop-send.desktop',
  'send.nemo_action': '/usr/share/nemo/actions/hexdrop-send.nemo_action',
  'share.nemo_action': '/usr/share/nemo/actions/hexdrop-share.nemo_action',
  'thunar-sendto.desktop': '/usr/share/Thunar/sendto/thunar-sendto-hexdrop.desktop',
}).map(([name, place]) => `${join(import.meta.dirname, 'linux', name)}=${place}`);

/** Units of the user's own service manager; off until somebody enables one. */
const services = readdirSync(join(import.meta.dirname, '../services/systemd')).map(
  (name) => `${join(import.meta.dirname, '../services/systemd', name)}=/usr/lib/systemd/user/${name}`,
);

/** Where each distribution's shells look for completion of a package's commands, and its manual for pages. */
const commandTexts = (zshFolder: string): string[] =>
  Object.entries({
    'completions/hexdrop.bash': '/usr/share/bash-completion/completions/hexdrop',
    'completions/hexdrop.fish': '/usr/share/fish/vendor_completions.d/hexdrop.fish',
    'completions/hexdrop.zsh': `${zshFolder}/_hexdrop`,
    'man/hexdrop.1.gz': '/usr/share/man/man1/hexdrop.1.gz',
  }).map(([name, place]) => `${join(import.meta.dirname, '../../dist', name)}=${place}`);

/** For each package a list of its own, since electron-builder adds the schemes of links to the one that it is given. */
const opened = (): string[] => ['inode/directory'];

export const config = {
  appId,
  productName: 'Hexdrop',
  copyright: `Copyright © ${manifest.author}`,
  // The staging folder holds what the program needs and nothing else, so all of it is packed.
  files: ['**/*'],
  asar: true,
  // An addon is a shared library: the system's loader cannot read it inside an archive.
  asarUnpack: ['**/*.node'],
  electronFuses: fuses,
  electronLanguages: ['en', 'en-US', 'zh-CN', 'zh_CN'],
  // Node-API addons fit every Node and Electron; nothing is compiled.
  npmRebuild: false,
  nodeGypRebuild: false,
  // Updates are told, never installed by themselves; no feed is published with the artifacts.
  publish: null,
  artifactName: 'Hexdrop-${version}-${os}-${arch}.${ext}',
  protocols: [{ name: 'Hexdrop address', schemes: ['hexdrop'], role: 'Viewer' }],

  win: {
    extraResources: [{ from: `${launcherFolder}/windows`, to: 'bin' }],
    icon: 'icons/icon.ico',
    target: ['nsis', 'portable'],
    requestedExecutionLevel: 'asInvoker',
  },
  nsis: {
    artifactName: 'Hexdrop-${version}-win-${arch}-setup.${ext}',
    // Per user and without an administrator: nobody in an office is asked for a password.
    oneClick: true,
    perMachine: false,
    allowElevation: false,
    include: 'packaging/windows/installer.nsh',
    installerLanguages: ['en_US', 'zh_CN'],
    multiLanguageInstaller: true,
    // The home holds the identity by which other devices know this one.
    deleteAppDataOnUninstall: false,
    differentialPackage: false,
  },
  portable: { artifactName: 'Hexdrop-${version}-win-${arch}-portable.${ext}', requestExecutionLevel: 'user' },

  mac: {
    extraResources: [{ from: `${launcherFolder}/mac`, to: 'bin' }],
    icon: 'icons/icon.icns',
    category: 'public.app-category.utilities',
    target: ['dmg', 'zip'],
    ...macSigning(process.env),
    hardenedRuntime: true,
    gatekeeperAssess: false,
    entitlements,
    entitlementsInherit: entitlements,
    darkModeSupport: true,
    // Both halves hold both addons, which are not of one architecture and not to be merged.
    x64ArchFiles: '**/blake-hash-darwin-*/**',
    mergeASARs: true,
    extendInfo: {
      NSLocalNetworkUsageDescription: localNetworkUsage,
      NSBonjourServices: bonjourServices,
      CFBundleDocumentTypes: [
        {
          CFBundleTypeName: 'Folder',
          CFBundleTypeRole: 'Viewer',
          LSHandlerRank: 'Alternate',
          LSItemContentTypes: ['public.folder'],
        },
        {
          CFBundleTypeName: 'File',
          CFBundleTypeRole: 'Viewer',
          LSHandlerRank: 'None',
          LSItemContentTypes: ['public.data'],
        },
      ],
    },
  },
  dmg: { title: 'Hexdrop ${version}' },

  linux: {
    extraResources: [{ from: `${launcherFolder}/linux`, to: 'bin' }],
    icon: linuxIconFolder,
    category: 'Network;FileTransfer',
    // deb and rpm name an address, which the author of package.json has not.
    maintainer: `${manifest.author} <hexdrop@users.noreply.github.com>`,
    synopsis: 'Move files over the local network and see every byte of it',
    executableName: 'hexdrop',
    syncDesktopName: true,
    target: ['AppImage', 'deb', 'rpm', 'tar.gz'],
    desktop: {
      entry: {
        Name: 'Hexdrop',
        GenericName: 'File transfer',
        'GenericName[zh_CN]': '文件传输',
        Comment: 'Move files over the local network',
        'Comment[zh_CN]': '在本地网络中传输文件',
        Keywords: 'file;transfer;share;network;TCP;packet;',
        'Keywords[zh_CN]': '文件;传输;共享;网络;抓包;',
        StartupNotify: 'true',
      },
    },
  },
  // The default needs FUSE 2, which Ubuntu 22.04 and later do not bring, and its menu entry turns off the sandbox of the pages.
  // Here only AppRun does, where `unshare -Ur` fails and Chromium could not start with it.
  toolsets: { appimage: '1.0.3' },
  appImage: { mimeTypes: opened() },
  deb: {
    mimeTypes: opened(),
    afterInstall: `${launcherFolder}/after-install.tpl`,
    afterRemove: `${launcherFolder}/after-remove.tpl`,
    packageCategory: 'net',
    fpm: [
      '--deb-no-default-config-files',
      ...fileManagerEntries,
      ...services,
      ...commandTexts('/usr/share/zsh/vendor-completions'),
    ],
  },
  rpm: {
    mimeTypes: opened(),
    afterInstall: `${launcherFolder}/after-install.tpl`,
    afterRemove: `${launcherFolder}/after-remove.tpl`,
    fpm: [...fileManagerEntries, ...services, ...commandTexts('/usr/share/zsh/site-functions')],
  },
} satisfies Configuration;
