/** A value with nothing left out: every optional key is there, and every list of any length has an item. */
export type Complete<T> = T extends readonly unknown[]
  ? number extends T['length']
    ? readonly [Complete<T[number]>, ...Complete<T[number]>[]]
    : { readonly [Place in keyof T]: Complete<T[Place]> }
  : T extends object
    ? { readonly [Key in keyof T]-?: Complete<T[Key]> }
    : T;
