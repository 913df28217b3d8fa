/** What may come to the front over any view. */

import { PickLayer } from '../files/pick.tsx';
import { OfferDialog } from '../receive/OfferDialog.tsx';
import { SendSheet } from '../send/SendSheet.tsx';
import { LinkDialog } from './LinkDialog.tsx';

export const Overlays = () => (
  <>
    <SendSheet />
    <OfferDialog />
    <LinkDialog />
    <PickLayer />
  </>
);
