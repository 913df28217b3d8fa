/** Keeps the rest of the window alive when a view throws. */

import { TriangleAlert } from 'lucide-react';
import { Component, type ReactNode } from 'react';

import { Button } from '../components/Button.tsx';
import { EmptyState } from '../components/View.tsx';
import { useText } from '../i18n/language.ts';
import { appText } from './text.ts';

interface BoundaryProps {
  readonly children: ReactNode;
}

export class ViewBoundary extends Component<BoundaryProps, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return <Failed onAgain={() => this.setState({ failed: false })} />;
  }
}

const Failed = ({ onAgain }: { readonly onAgain: () => void }) => {
  const text = useText(appText);
  return (
    <EmptyState
      icon={TriangleAlert}
      title={text.viewFailed}
      actions={
        <>
          <Button variant="solid" onClick={onAgain}>
            {text.openAgain}
          </Button>
          <Button onClick={() => location.reload()}>{text.reload}</Button>
        </>
      }
    >
      <p role="alert">{text.viewFailedHint}</p>
    </EmptyState>
  );
};
