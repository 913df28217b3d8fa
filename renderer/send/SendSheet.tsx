/** Before sending: what, how much, to whom. */

import { Send } from 'lucide-react';
import { useState } from 'react';

import type { Target } from '../../shared/ipc/contract/index.ts';
import { displayName } from '../../shared/model/display-name.ts';
import { useReport } from '../shell/act.ts';
import { navigate } from '../shell/router.ts';
import { Button } from '../components/Button.tsx';
import { Dialog } from '../components/Dialog.tsx';
import { Checkbox, TextArea } from '../components/Field.tsx';
import { Tabs } from '../components/Tabs.tsx';
import { commonText } from '../i18n/common.ts';
import { codeOf, errorSentence } from '../i18n/errors.ts';
import { useLanguage, useText } from '../i18n/language.ts';
import { useClient, useSnapshot } from '../store/engine.ts';
import { useWindow } from '../store/window.ts';
import { useDropTarget } from '../upload/drop-target.ts';
import { useIntake } from '../upload/intake.ts';
import { useSendActions } from './actions.ts';
import { closeDraft, targetOf, useDraft } from './draft.ts';
import { DraftItems } from './DraftItems.tsx';
import { TargetChoice } from './TargetChoice.tsx';
import { sendText } from './text.ts';
import './send.css';

/** As the contract has it. */
const maxText = 60_000;

export const SendSheet = () => {
  const isOpen = useDraft((draft) => draft.isOpen);
  return isOpen ? <Sheet /> : null;
};

const Sheet = () => {
  const text = useText(sendText);
  const common = useText(commonText);
  const language = useLanguage();
  const client = useClient();
  const intake = useIntake();
  const report = useReport();
  const actions = useSendActions();
  const draft = useDraft();
  const allowPlain = useSnapshot((snapshot) => snapshot.settings.allowPlain);
  const alias = useSnapshot((snapshot) => snapshot.devices[draft.to ?? '']?.alias);
  const isStreamed = useSnapshot((snapshot) => !snapshot.shell.droppedPaths);
  const [isSending, setSending] = useState(false);
  const [plain, setPlain] = useState(false);
  const [fault, setFault] = useState<string>();
  const drop = useDropTarget((dropped) => actions.drop(dropped));

  const to = targetOf(draft);
  const name = displayName(alias ?? draft.address);
  const isFiles = draft.tab === 'files';
  const isReady = isFiles
    ? draft.items.length > 0 && draft.counting.length === 0
    : draft.text.trim() !== '' && draft.text.length <= maxText;

  const send = async (target: Target, acceptNewKey: boolean): Promise<void> => {
    const reach = { ...(plain && allowPlain ? { plain } : {}), ...(acceptNewKey ? { acceptNewKey } : {}) };
    if (!isFiles) {
      await client.call('texts.send', { to: target, text: draft.text, ...reach });
      return useWindow.getState().toast({ tone: 'ok', text: text.textSent(name) });
    }
    const refs = draft.items.map(({ ref }) => ref);
    const { id } = await client.call('transfers.send', { to: target, refs, ...reach });
    intake.used(refs, id);
    useWindow.getState().toast({
      tone: 'plain',
      text: text.sent(name),
      action: { label: text.showTransfers, run: () => navigate('transfers') },
    });
  };

  const submit = (acceptNewKey = false): void => {
    if (to === undefined) return setFault('usage');
    if (!isReady || isSending) return;
    setSending(true);
    setFault(undefined);
    send(to, acceptNewKey)
      .then(closeDraft)
      .catch((thrown: unknown) => {
        setSending(false);
        setFault(codeOf(thrown));
        if (codeOf(thrown) === 'link-lost') report(thrown);
      });
  };

  const cancel = (): void => {
    for (const { ref } of draft.items) intake.forget(ref);
    closeDraft();
  };

  return (
    <Dialog
      kind="sheet"
      title={alias === undefined ? text.title : text.titleTo(name)}
      onClose={cancel}
      onSubmit={() => submit()}
      footer={
        <>
          {fault === undefined ? null : (
            <p className="send-fault" role="alert">
              {fault === 'usage' && to === undefined ? text.sendToNone : errorSentence(language, fault)}
            </p>
          )}
          {fault === 'peer-key-changed' ? (
            <Button variant="danger" onClick={() => submit(true)}>
              {text.acceptKey}
            </Button>
          ) : null}
          <Button onClick={cancel}>{common.cancel}</Button>
          <Button type="submit" variant="solid" icon={Send} disabled={!isReady} busy={isSending}>
            {text.send}
          </Button>
        </>
      }
    >
      <div className="send-what" data-over={drop.isOver || undefined} {...drop.props}>
        <Tabs
          label={text.what}
          tabs={[
            {
              name: 'files',
              label: text.tabs.files,
              ...(draft.items.length > 0 ? { count: draft.items.length } : {}),
            },
            { name: 'text', label: text.tabs.text },
          ]}
          chosen={draft.tab}
          onChoose={(tab) => useDraft.setState({ tab })}
        >
          {isFiles ? (
            <DraftItems />
          ) : (
            <TextArea
              label={text.textLabel}
              placeholder={text.textPlaceholder}
              value={draft.text}
              rows={6}
              data-autofocus
              error={draft.text.length > maxText ? text.tooLong : undefined}
              onChange={(event) => useDraft.setState({ text: event.target.value })}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
              }}
            />
          )}
        </Tabs>
      </div>
      <TargetChoice />
      {allowPlain ? (
        <Checkbox label={text.plain} hint={text.plainHint} checked={plain} onChange={setPlain} />
      ) : null}
      {isFiles && isStreamed && draft.items.some((item) => item.shownPath === undefined) ? (
        <p className="quiet">{text.pageStays}</p>
      ) : null}
    </Dialog>
  );
};
