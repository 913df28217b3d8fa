/** What is to be sent, entry by entry, with its totals. */

import { X } from 'lucide-react';

import { displayName } from '../../shared/model/display-name.ts';
import { Button, IconButton } from '../components/Button.tsx';
import { FileIcon } from '../components/FileIcon.tsx';
import { Name } from '../components/Text.tsx';
import { VirtualList } from '../components/VirtualList.tsx';
import { commonText } from '../i18n/common.ts';
import { useFormat, useText } from '../i18n/language.ts';
import { useIntake } from '../upload/intake.ts';
import { AddButtons } from './AddButtons.tsx';
import { removeItem, totalsOf, useDraft } from './draft.ts';
import { sendText } from './text.ts';

const rowHeight = 40;
/** Half a row tells that there is more. */
const shownRows = 5.5;
/** Names of what is left out. */
const shownUnreadable = 5;

export const DraftItems = () => {
  const text = useText(sendText);
  const common = useText(commonText);
  const format = useFormat();
  const intake = useIntake();
  const items = useDraft((draft) => draft.items);
  const counting = useDraft((draft) => draft.counting);
  const unreadable = useDraft((draft) => draft.unreadable);
  const totals = totalsOf(items);
  const size = `${common.files(totals.files)}, ${format.bytes(totals.bytes)}`;

  return (
    <div className="send-items">
      {items.length === 0 && counting.length === 0 ? <p className="send-nothing">{text.nothingYet}</p> : null}
      {items.length === 0 ? null : (
        <div className="send-list" style={{ height: Math.min(items.length, shownRows) * rowHeight }}>
          <VirtualList
            label={text.items}
            count={items.length}
            rowHeight={rowHeight}
            keyOf={(index) => items[index]?.ref ?? String(index)}
            row={(index) => {
              const item = items[index];
              if (item === undefined) return null;
              const bytes = format.bytes(item.bytes);
              return (
                <div className="send-item">
                  <FileIcon name={item.name} kind={item.kind} />
                  <span className="send-item-name">
                    <Name of={item.name} />
                    {item.kind === 'folder' ? (
                      <span className="faint send-item-files">{common.files(item.files)}</span>
                    ) : null}
                  </span>
                  <span className="data quiet">{item.complete ? bytes : common.atLeast(bytes)}</span>
                  <IconButton
                    small
                    icon={X}
                    label={text.removeItem(displayName(item.name))}
                    onClick={() => {
                      removeItem(item.ref);
                      intake.forget(item.ref);
                    }}
                  />
                </div>
              );
            }}
          />
        </div>
      )}
      {counting.map(({ id, files, stop }) => (
        <p key={id} className="line send-counting">
          <span className="grow" role="status">
            {text.counting(files)}
          </span>
          <Button small onClick={stop}>
            {text.stop}
          </Button>
        </p>
      ))}
      {items.length === 0 ? null : (
        <p className="line send-total">
          <span className="label">{text.total}</span>
          <span className="data line-end" role="status">
            {totals.complete ? size : common.atLeast(size)}
          </span>
        </p>
      )}
      {unreadable.length === 0 ? null : (
        <p className="ink-warn">
          {text.unreadable(unreadable.length)}
          {unreadable.slice(0, shownUnreadable).map((path) => (
            <span key={path}>
              {' '}
              <Name of={path} className="data" />
            </span>
          ))}
          {unreadable.length > shownUnreadable ? ' …' : null}
        </p>
      )}
      <div className="line wrap">
        <AddButtons small variant="plain" />
      </div>
    </div>
  );
};
