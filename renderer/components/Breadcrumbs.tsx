/** Where one is in a tree. Every part but the last leads there. */

import { ChevronRight } from 'lucide-react';
import { Fragment } from 'react';

import { commonText } from '../i18n/common.ts';
import { useText } from '../i18n/language.ts';
import { Name } from './Text.tsx';
import './breadcrumbs.css';

export interface BreadcrumbsProps {
  readonly parts: readonly { readonly key: string; readonly name: string; readonly go: () => void }[];
}

export const Breadcrumbs = ({ parts }: BreadcrumbsProps) => {
  const text = useText(commonText);
  return (
    <nav className="breadcrumbs" aria-label={text.crumbs}>
      <ol>
        {parts.map((part, index) => (
          <Fragment key={part.key}>
            {index === 0 ? null : <ChevronRight size={13} aria-hidden />}
            <li>
              {index === parts.length - 1 ? (
                <span aria-current="page" className="crumb">
                  <Name of={part.name} />
                </span>
              ) : (
                <button type="button" className="crumb" onClick={part.go}>
                  <Name of={part.name} />
                </button>
              )}
            </li>
          </Fragment>
        ))}
      </ol>
    </nav>
  );
};
