/** A sign for a file by the end of its name, and for folders. Decoration: the name says it. */

import {
  File,
  FileArchive,
  FileCode2,
  FileImage,
  FileMusic,
  FileSpreadsheet,
  FileText,
  FileVideo,
  Folder,
  FolderOpen,
  HardDrive,
  type LucideIcon,
} from 'lucide-react';

const families: readonly (readonly [LucideIcon, string])[] = [
  [FileImage, 'png jpg jpeg gif webp avif svg heic bmp tif tiff raw psd ico'],
  [FileVideo, 'mp4 mkv mov avi webm m4v wmv mpg mpeg'],
  [FileMusic, 'mp3 flac wav ogg opus m4a aac wma'],
  [FileArchive, 'zip gz tgz bz2 xz zst 7z rar tar iso dmg deb rpm apk jar'],
  [FileText, 'txt md pdf doc docx odt rtf tex epub log'],
  [FileSpreadsheet, 'csv tsv xls xlsx ods'],
  [
    FileCode2,
    'ts tsx js jsx mjs json html css py rs go c h cpp java kt swift rb php sh ps1 lua sql xml yml yaml toml',
  ],
];

const iconOfEnding = new Map(
  families.flatMap(([icon, endings]) => endings.split(' ').map((end) => [end, icon])),
);

export interface FileIconProps {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'share' | 'other';
  readonly open?: boolean;
  readonly size?: number;
}

export const FileIcon = ({ name, kind, open = false, size = 16 }: FileIconProps) => {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  const Icon =
    kind === 'share'
      ? HardDrive
      : kind === 'folder'
        ? open
          ? FolderOpen
          : Folder
        : ((kind === 'file' ? iconOfEnding.get(ending) : undefined) ?? File);
  return (
    <Icon
      size={size}
      strokeWidth={1.6}
      aria-hidden
      className={kind === 'file' ? 'faint' : 'file-icon-folder'}
    />
  );
};
