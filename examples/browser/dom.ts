/** The element with an id, of the class that it must have. */
export function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`There is no ${type.name} with the id ${id}.`);
  return found;
}

/** Finds an element by its `data-as`, of the class that it must have. */
export type Part = <T extends HTMLElement>(name: string, type: new () => T) => T;

/** Fills an element with HTML that is written here, never with what comes from outside. */
export function fill(root: HTMLElement, html: string): Part {
  root.innerHTML = html;
  return (name, type) => {
    const found = root.querySelector(`[data-as="${name}"]`);
    if (!(found instanceof type)) throw new Error(`There is no ${type.name} called ${name}.`);
    return found;
  };
}

/** Fills a list of choices. */
export function choices<T extends string>(id: string, names: readonly T[], chosen: T): HTMLSelectElement {
  const select = element(id, HTMLSelectElement);
  select.replaceChildren(...names.map((name) => new Option(name, name, name === chosen, name === chosen)));
  return select;
}
