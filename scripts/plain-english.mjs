// Refuses words and spellings that this project does not use in docstrings, comments, messages and guides: see "House style" in
// CONTRIBUTING.md.
// Usage: node scripts/plain-english.mjs [FILE…]     default: all of src, bin, the README, the guides and what else is for readers
import { readdirSync, readFileSync, statSync } from 'node:fs';

/** What to avoid, and what to write instead. */
const WORDS = [
  [/\bpictures?\b/i, 'image; photo for a whole photo'],
  [/\bnetworks\b(?<!neural networks)/i, 'models'],
  [/(?<!neural |no |--|without (?:a |the )|over the |from the |of the |internal )\bnetwork\b(?! access)/i, 'model'],
  [/\bgreatest\b/i, 'maximum'],
  [/(?<!at )\bleast\b/i, 'minimum'],
  [/\bfaults?\b|\bmended\b/i, 'bug, error, fixed'],
  [/\banew\b|\bfor ever\b/i, 'again, forever'],
  [/\b(?:go|goes|going|went) on\b/i, 'continue, resume'],
  [/\bstands? (?:in|at|for)\b|\bin the end\b/i, 'is in, means, finally'],
  [/\b(?:that|it|this|path|value|source) is none\b|\bis no (?:text|list|number|picture|image|path)\b/i, 'is not a …'],
  [/\b(?:a|the) text(?! of| file)\b/i, 'a string'],
  [/colour|centre|behaviour|favour|\blicence/i, 'American spelling: color, center, behavior, license'],
  [/(?:normal|recogn|initial|optim|quant|regular|summar|general|organ|serial)is(?:e|es|ed|er|ing|ation)\b/i, '-ize'],
  [/labell|modell|cancell/i, 'labeled, modeled, canceled'],
  [/in vain|is what comes|what becomes of|nobody wants/i, 'a short sentence with a subject'],
];

/** Generated parts of documents. */
const GENERATED = /<!-- (\w+):start -->[^]*?<!-- \1:end -->/g;

/** Each line of a text with all but what readers see taken out, for instance code. */
function readable(file, text) {
  const blank = (part) => part.replaceAll(/[^\n]/g, ' ');
  const plain = (part) => part.replaceAll(/`[^`\n]*`|\{@link [^}]*\}|\]\([^)]*\)/g, blank);
  if (!file.endsWith('.md')) return commentsAndMessages(text, blank, plain);
  const parts = text.replaceAll(GENERATED, blank).split(/^(```[^]*?^```)$/gm);
  return parts.map((part, i) => (i % 2 ? commentsAndMessages(part.slice(3), blank, plain) : plain(part))).join('');
}

/** The comments of a program, and its strings that contain a space. */
function commentsAndMessages(code, blank, plain) {
  const readers = /\/\*[^]*?\*\/|(?<![:'"`\\])\/\/.*$|(['"`])(?=[^\n]* )(?:\\.|(?!\1)[^\n])*\1/gm;
  let end = 0;
  let result = '';
  for (const { index, 0: part } of code.matchAll(readers)) {
    result +=
      blank(code.slice(end, index)) + (/^['"`]/.test(part) ? part.replaceAll(/\$\{[^}]*\}/g, blank) : plain(part));
    end = index + part.length;
  }
  return result + blank(code.slice(end));
}

const below = (folder, ending) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path}`)
    .filter((path) => ending.test(path) && statSync(path).isFile());

const all = () => [
  ...['README.md', 'CHANGELOG.md', 'SECURITY.md', 'CONTRIBUTING.md', 'examples/README.md'],
  ...readdirSync('docs').flatMap((name) => (name.endsWith('.md') ? `docs/${name}` : [])),
  ...below('src', /\.ts$/),
  ...below('examples/browser', /\.(ts|html)$/),
  ...readdirSync('site/pages').map((name) => `site/pages/${name}`),
];

const named = process.argv.slice(2);
const files = named.length > 0 ? named : all();
let found = 0;
for (const file of files) {
  for (const [i, line] of readable(file, readFileSync(file, 'utf8')).split('\n').entries()) {
    for (const [word, instead] of WORDS) {
      const match = word.exec(line);
      if (!match) continue;
      console.error(`${file}:${i + 1}: "${match[0]}": ${instead}`);
      found++;
    }
  }
}
if (found > 0) process.exit(1);
