/** Asks before a link from elsewhere is followed: a page or a mail must not make this device connect by itself. */

import { Button } from '../components/Button.tsx';
import { Dialog } from '../components/Dialog.tsx';
import { Name } from '../components/Text.tsx';
import { commonText } from '../i18n/common.ts';
import { useText } from '../i18n/language.ts';
import { useWindow } from '../store/window.ts';
import { navigate } from '../shell/router.ts';
import { appText } from './text.ts';

export const LinkDialog = () => {
  const [link] = useWindow((state) => state.links);
  const answered = useWindow((state) => state.linkAnswered);
  const text = useText(appText);
  const common = useText(commonText);
  if (link === undefined) return null;
  const { address, path } = link;
  const open = (): void => {
    answered();
    navigate('browse', [], { at: address, ...(path === '' ? {} : { path }) });
  };
  return (
    <Dialog
      title={text.linkTitle}
      onClose={answered}
      onSubmit={open}
      footer={
        <>
          <Button onClick={answered}>{common.cancel}</Button>
          <Button variant="solid" type="submit" data-autofocus>
            {text.linkOpen}
          </Button>
        </>
      }
    >
      <p>{text.linkAsks}</p>
      <dl className="link-place">
        <dt>{text.linkDevice}</dt>
        <dd className="data">
          <Name of={address} />
        </dd>
        {path === '' ? null : (
          <>
            <dt>{text.linkFolder}</dt>
            <dd>
              <Name of={path} />
            </dd>
          </>
        )}
      </dl>
      <p className="faint">{text.linkHint}</p>
    </Dialog>
  );
};
