/** The bytes at the cursor read as numbers and as text, in both byte orders side by side. */

import { useText } from '../../i18n/language.ts';
import type { FrameBytes } from '../data/frame-bytes.ts';
import { characterOf, valuesOf } from '../data/values.ts';
import { useInspected } from '../model.ts';
import { inspectorText } from '../text.ts';

export const ValuesPane = ({ frame }: { readonly frame: FrameBytes }) => {
  const text = useText(inspectorText);
  const cursor = useInspected((state) => state.cursor);
  if (cursor === undefined || cursor.from >= frame.reach || frame.isMissing(cursor.from)) {
    return <p className="inspector-values-none faint">{text.values.none}</p>;
  }
  const bytes = frame.slice(cursor.from, cursor.from + 8);
  const character = characterOf(bytes);
  return (
    <table className="inspector-values data">
      <caption className="label">
        {text.values.title}: {text.values.offset} {cursor.from} (0x{cursor.from.toString(16)}),{' '}
        {text.values.selected(cursor.to - cursor.from)}
      </caption>
      <thead>
        <tr>
          <td />
          <th scope="col">{text.values.big}</th>
          <th scope="col">{text.values.little}</th>
        </tr>
      </thead>
      <tbody>
        {valuesOf(bytes).map(({ name, big, little }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {name.endsWith('8') ? (
              <td colSpan={2}>{big}</td>
            ) : (
              <>
                <td>{big}</td>
                <td>{little}</td>
              </>
            )}
          </tr>
        ))}
        <tr>
          <th scope="row">{text.values.character}</th>
          <td colSpan={2}>{character ?? ''}</td>
        </tr>
      </tbody>
    </table>
  );
};
