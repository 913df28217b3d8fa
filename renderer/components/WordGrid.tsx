/** The words of a device id, numbered, as two people read them to each other. */

import './word-grid.css';

interface WordGridProps {
  readonly words: readonly string[];
  readonly label: string;
}

export const WordGrid = ({ words, label }: WordGridProps) => (
  <ol className="words" aria-label={label}>
    {words.map((word, index) => (
      <li key={index} className="selectable">
        <span className="words-number data" aria-hidden>
          {index + 1}
        </span>
        {word}
      </li>
    ))}
  </ol>
);
