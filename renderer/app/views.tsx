/** Which component shows which view. */

import { ArrowDownUp, Binary, FolderTree, type LucideIcon, Monitor, Radar } from 'lucide-react';
import type { ComponentType } from 'react';

import { BrowseView } from '../views/browse/BrowseView.tsx';
import { DevicesView } from '../views/devices/DevicesView.tsx';
import { InspectorView } from '../views/inspector/InspectorView.tsx';
import { SettingsView } from '../views/settings/SettingsView.tsx';
import { SharesView } from '../views/shares/SharesView.tsx';
import { TransfersView } from '../views/transfers/TransfersView.tsx';
import type { ViewName } from '../shell/router.ts';

export const views: Readonly<Record<ViewName, ComponentType>> = {
  devices: DevicesView,
  transfers: TransfersView,
  shares: SharesView,
  inspector: InspectorView,
  settings: SettingsView,
  browse: BrowseView,
};

/** In the rail, in the order of their keys 1 to 5. Browse is reached from a device. */
export const railViews: readonly { readonly name: ViewName; readonly icon: LucideIcon }[] = [
  { name: 'devices', icon: Radar },
  { name: 'transfers', icon: ArrowDownUp },
  { name: 'shares', icon: FolderTree },
  { name: 'inspector', icon: Binary },
  { name: 'settings', icon: Monitor },
];
