/** The mark of the program: the four bytes that begin every frame. */

export const Mark = ({ large = false }: { readonly large?: boolean }) => (
  <span className="mark data" data-large={large || undefined} aria-hidden>
    <span>48</span>
    <span>58</span>
    <span>44</span>
    <span>31</span>
  </span>
);
