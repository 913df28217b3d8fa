/** An object that has what the shim knows, and throws on everything else: a call that nobody wrote must not pass. */

export function strict<Thing extends object>(name: string, thing: Thing): Thing {
  return new Proxy(thing, {
    get(target, property) {
      if (typeof property === 'symbol' || property in target || property === 'then') {
        const value: unknown = Reflect.get(target, property, target);
        return typeof value === 'function' ? value.bind(target) : value;
      }
      throw new Error(`The shim of Electron has no ${name}.${property}.`);
    },
    // Setters see the thing itself, whose private fields a proxy has not.
    set: (target, property, value) => Reflect.set(target, property, value, target),
  });
}
