/** What draws each view of shared/model/views.ts, and its picture in the rail. */

import {
  ArrowDownUp,
  Binary,
  FolderTree,
  GraduationCap,
  type LucideIcon,
  Monitor,
  Radar,
} from 'lucide-react';
import { type ComponentType, lazy } from 'react';

import type { ViewName } from '../../shared/model/views.ts';
import { BrowseView } from '../views/browse/BrowseView.tsx';
import { DevicesView } from '../views/devices/DevicesView.tsx';
import { InspectorView } from '../views/inspector/InspectorView.tsx';
import { SettingsView } from '../views/settings/SettingsView.tsx';
import { SharesView } from '../views/shares/SharesView.tsx';
import { TransfersView } from '../views/transfers/TransfersView.tsx';

export const views: Readonly<
  Record<ViewName, { readonly component: ComponentType; readonly icon: LucideIcon }>
> = {
  devices: { component: DevicesView, icon: Radar },
  transfers: { component: TransfersView, icon: ArrowDownUp },
  shares: { component: SharesView, icon: FolderTree },
  inspector: { component: InspectorView, icon: Binary },
  // Most people never open it: it is loaded when it is first shown.
  learn: {
    component: lazy(async () => ({ default: (await import('../views/learn/LearnView.tsx')).LearnView })),
    icon: GraduationCap,
  },
  settings: { component: SettingsView, icon: Monitor },
  browse: { component: BrowseView, icon: FolderTree },
};
