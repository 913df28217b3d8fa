/** Offers that were put off: a line over the view that brings them back. */

import { Button } from '../components/Button.tsx';
import { useText } from '../i18n/language.ts';
import { useIds } from '../store/engine.ts';
import { receiveText } from './text.ts';
import { byAge, showAgain, useWaiting } from './waiting.ts';

export const OfferStrip = () => {
  const text = useText(receiveText);
  const ids = useIds('offers', byAge);
  const later = useWaiting((state) => state.later);
  const count = ids.filter((id) => later.has(id)).length;
  if (count === 0) return null;
  return (
    <div className="offer-strip" role="status">
      <span className="grow">{text.waiting(count)}</span>
      <Button small variant="solid" onClick={showAgain}>
        {text.show}
      </Button>
    </div>
  );
};
