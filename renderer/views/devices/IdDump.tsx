/** A device id as a hex dump shows it: half a row (eight bytes) a line, as the pane is narrow, with the offset before it. */

interface IdDumpProps {
  readonly hex: string;
  /** Spoken in place of single bytes. */
  readonly label: string;
}

export const IdDump = ({ hex, label }: IdDumpProps) => {
  const bytes = hex.match(/../gu) ?? [];
  const rows = Array.from({ length: Math.ceil(bytes.length / 8) }, (_, row) =>
    bytes.slice(row * 8, row * 8 + 8),
  );
  return (
    <div className="id-dump data selectable" role="img" aria-label={label}>
      {rows.map((row, index) => (
        <div key={index} className="id-dump-row">
          <span className="id-dump-offset">{(index * 8).toString(16).padStart(2, '0')}</span>
          {row.map((byte, column) => (
            <span key={column}>{byte}</span>
          ))}
        </div>
      ))}
    </div>
  );
};
