/** A confusion matrix: a row for each true class, a column for each prediction, colored by the share of the row. */
export function confusionTable(classNames: readonly string[], matrix: readonly (readonly number[])[]): HTMLElement {
  const table = document.createElement('table');
  const cell = (kind: 'td' | 'th', text: string | number) =>
    Object.assign(document.createElement(kind), { textContent: String(text) });
  const caption = Object.assign(document.createElement('caption'), {
    textContent: 'Confusion: true class by row, prediction by column',
  });
  const head = document.createElement('tr');
  head.append(cell('td', ''), ...classNames.map((name) => Object.assign(cell('th', name), { scope: 'col' })));
  const rows = matrix.map((counts, i) => {
    const row = document.createElement('tr');
    const sum = counts.reduce((a, b) => a + b, 0) || 1;
    const cells = counts.map((count) => {
      const one = cell('td', count);
      one.style.background = `rgb(23 162 162 / ${((0.5 * count) / sum).toFixed(3)})`;
      return one;
    });
    row.append(Object.assign(cell('th', classNames[i]!), { scope: 'row' }), ...cells);
    return row;
  });
  table.append(caption, head, ...rows);
  const scroll = Object.assign(document.createElement('div'), {
    className: 'scroll',
    tabIndex: 0,
    role: 'region',
    ariaLabel: 'Confusion matrix',
  });
  scroll.append(table);
  return scroll;
}
