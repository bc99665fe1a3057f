import { read } from './paths';

/** The style of the demo page and its panel for an element of the site, which has light and dark colors of its own. */
export function scopedStyle(): string {
  const rules = `${read('examples/browser/style.css')}${read('examples/browser/teach/style.css')}`
    .replaceAll(/@media \(prefers-color-scheme: dark\) \{\s*:root \{/g, '@media all {\n  :root.dark & {')
    .replaceAll(/^:root \{/gm, '& {')
    .replaceAll(/^body \{/gm, '&:not(*) {')
    .replaceAll(/^( *)main \{/gm, '$1& {');
  return `.demo {\n${rules}}\n`;
}
