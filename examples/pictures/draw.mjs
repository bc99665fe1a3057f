// Draws the faces in this folder: node examples/pictures/draw.mjs
// Each face is the same drawing with other brows, lids and mouth, in units of 200 × 200.
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const SIZE = 192; // pixels

/** Heights are relative to the relaxed face, in units; positive is up, except for `corners` and `drop`. */
const FACES = {
  neutral: {
    skin: ['#f0c6a2', '#b97f56'],
    hair: '#3a2a20',
    iris: '#5b4030',
    shirt: '#56708a',
    style: 'short',
    eye: { open: 8.5, upperLid: 1.2 },
    brow: { inner: 0, middle: 3.5, outer: 0 },
    mouth: { width: 23, corners: -2, open: 0, drop: 0 },
  },
  happy: {
    skin: ['#c98f63', '#84512f'],
    hair: '#18120f',
    iris: '#33221a',
    shirt: '#d9a441',
    style: 'curls',
    eye: { open: 6, upperLid: 0.4, cheek: 3.5 },
    brow: { inner: 1, middle: 6, outer: 1 },
    mouth: { width: 33, corners: -13, open: 13, drop: 3, teeth: 'upper' },
    folds: 1,
  },
  surprised: {
    skin: ['#f6d3b8', '#c68d6a'],
    hair: '#a5542c',
    iris: '#4d7a5c',
    shirt: '#7d5a94',
    style: 'long',
    eye: { open: 14, upperLid: 0 },
    brow: { inner: 13, middle: 19, outer: 12 },
    mouth: { width: 16, corners: 0, open: 24, drop: 4, round: 1.2 },
    forehead: 1,
    jaw: 5,
  },
  sad: {
    skin: ['#e8bd98', '#a8714b'],
    hair: '#6d5138',
    iris: '#5a7389',
    shirt: '#4c5661',
    style: 'long',
    eye: { open: 6, upperLid: 3, slant: -3 },
    brow: { inner: 9, middle: 3, outer: -6 },
    mouth: { width: 21, corners: 8, open: 0, drop: 2, pout: 2 },
    furrow: 0.5,
  },
  angry: {
    skin: ['#dfa67c', '#965a38'],
    hair: '#241b17',
    iris: '#3d2a1e',
    shirt: '#8c3b34',
    style: 'short',
    eye: { open: 7, upperLid: 3, slant: 3 },
    brow: { inner: -11, middle: -2, outer: 7 },
    mouth: { width: 26, corners: 5, open: 11, drop: 0, teeth: 'both' },
    furrow: 1,
    folds: 0.8,
  },
};

const EYES = [
  { x: 70, outward: -1 },
  { x: 130, outward: 1 },
];

const blur = (content, opacity) => `<g filter="url(#soft)" opacity="${opacity}">${content}</g>`;
const line = (path, width, colour, opacity = 1) =>
  `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round" opacity="${opacity}"/>`;

function eye({ x, outward }, { eye: { open, upperLid, slant = 0, cheek = 0 }, iris, skin }) {
  const y = 92;
  const [inner, outer] = [x - outward * 15, x + outward * 16];
  const outerY = y - slant;
  const upper = `M${inner} ${y + slant * 0.6} C${x - outward * 7} ${y - open * 1.35} ${x + outward * 8} ${y - open * 1.35} ${outer} ${outerY}`;
  const lower = `C${x + outward * 8} ${y + open * 0.9 - cheek} ${x - outward * 8} ${y + open * 0.9 - cheek} ${inner} ${y + slant * 0.6}`;
  const id = outward < 0 ? 'left' : 'right';
  return `
    ${blur(`<ellipse cx="${x}" cy="${y - 3}" rx="22" ry="${open + 8}" fill="${skin[1]}"/>`, 0.55)}
    <clipPath id="${id}"><path d="${upper} ${lower}Z"/></clipPath>
    <path d="${upper} ${lower}Z" fill="#f7f3ee"/>
    <g clip-path="url(#${id})">
      <circle cx="${x}" cy="${y - 1}" r="8.2" fill="${iris}"/>
      <circle cx="${x}" cy="${y - 1}" r="4" fill="#120d0a"/>
      <circle cx="${x + 2.6}" cy="${y - 4}" r="1.7" fill="#fff"/>
      <path d="${upper}" fill="none" stroke="#000" stroke-width="7" opacity="0.22"/>
    </g>
    ${line(upper, 2.6 + upperLid * 0.3, '#2a1a12')}
    ${line(`M${inner} ${y - open - 4} Q${x} ${y - open * 1.3 - 6 + upperLid} ${outer} ${outerY - open - 2 + upperLid}`, 1.2, skin[1], 0.8)}
    ${line(`M${inner + outward * 3} ${y + open * 0.7 + 4 - cheek} Q${x} ${y + open * 0.9 + 6 - cheek} ${outer - outward * 4} ${y + open * 0.6 + 2 - cheek}`, 1.3, skin[1], 0.55 + cheek * 0.1)}`;
}

function brow({ x, outward }, { brow: { inner, middle, outer }, hair }) {
  const y = 72;
  const [a, b, c] = [x - outward * 17, x + outward * 2, x + outward * 22];
  return `<path fill="${hair}" d="M${a} ${y - inner - 2} Q${b} ${y - middle * 2 + (inner + outer) / 2 - 6} ${c} ${y - outer + 2}
    Q${b} ${y - middle * 2 + (inner + outer) / 2 + 2} ${a} ${y - inner + 5}Z"/>`;
}

function mouth({ mouth: { width, corners, open, drop, teeth, pout = 0, round = 0.55 }, skin }) {
  const [x, y] = [100, 152 + drop];
  const [left, right, corner] = [x - width, x + width, y + corners];
  const [top, bottom] = [y - open * 0.3 - corners * 0.25, y + open * 0.75];
  const outline = (up, down) =>
    `M${left} ${corner} C${x - width * round * 0.9} ${top - up} ${x + width * round * 0.9} ${top - up} ${right} ${corner}
     C${x + width * round} ${bottom + down} ${x - width * round} ${bottom + down} ${left} ${corner}Z`;
  const lip = '#a8544a';
  const hole = open > 0 ? `<path d="${outline(1, open * 0.3)}" fill="#3b1512"/>` : '';
  const white = (height, at) =>
    `<clipPath id="hole"><path d="${outline(0, open * 0.3)}"/></clipPath>
     <rect clip-path="url(#hole)" x="${left}" y="${at}" width="${2 * width}" height="${height}" fill="#f6f1e7"/>`;
  const top0 = Math.min(corner, top) - 2;
  const shown = teeth === 'upper' ? white(open * 0.62 + Math.abs(corners) * 0.75, top0) : teeth ? white(60, top0) : '';
  const gap = teeth === 'both' ? line(`M${left + 4} ${(top + bottom) / 2 + 2} H${right - 4}`, 1.2, '#6b3a30', 0.7) : '';
  const closed = line(`M${left} ${corner} Q${x} ${2 * top - corner + pout} ${right} ${corner}`, 2.2, '#59221c');
  return `
    ${blur(`<ellipse cx="${x}" cy="${bottom + open * 0.25 + 13}" rx="${width * 0.7}" ry="4" fill="${skin[1]}"/>`, 0.8)}
    <path d="${outline(4.5, open * 0.3 + 8 + pout)}" fill="${lip}"/>
    ${hole}${shown}${gap}${open > 0 ? '' : closed}
    ${blur(`<circle cx="${left - 2}" cy="${corner}" r="3.5" fill="${skin[1]}"/><circle cx="${right + 2}" cy="${corner}" r="3.5" fill="${skin[1]}"/>`, 0.9)}`;
}

function creases({ folds = 0, furrow = 0, forehead = 0, skin, mouth: { width, corners, drop } }) {
  const shade = skin[1];
  const at = 150 + drop + corners;
  const fold = (s) =>
    line(`M${100 + s * 17} 124 Q${100 + s * (width + 9)} 132 ${100 + s * (width + 8)} ${at + 2}`, 2.2, shade, folds);
  const frown = (s) => line(`M${100 + s * 5} 66 Q${100 + s * 3} 74 ${100 + s * 6} 82`, 2, shade, furrow);
  const wrinkle = (y) => line(`M66 ${y + 3} Q100 ${y - 3} 134 ${y + 3}`, 1.8, shade, forehead * 0.8);
  return [fold(-1), fold(1), frown(-1), frown(1), wrinkle(36), wrinkle(44)].join('');
}

const HAIR = {
  short: [
    '',
    'M30 92 C20 20 62 -8 102 -4 C150 -8 182 24 170 92 C166 70 160 52 146 40 C112 46 70 44 52 38 C40 52 34 70 30 92Z',
  ],
  long: [
    'M18 210 C2 120 14 -6 100 -8 C186 -6 198 120 182 210Z',
    'M22 126 C16 40 56 -4 100 2 C144 -4 184 40 178 126 C172 84 150 44 96 20 C58 40 30 84 22 126Z',
  ],
  curls: [
    [24, 40, 62, 100, 138, 160, 176]
      .map((x, i) => `M${x - 26} ${[70, 34, 12, 4, 12, 34, 70][i]} a26 26 0 1 0 52 0 a26 26 0 1 0 -52 0`)
      .join(' '),
    'M26 96 C24 30 60 -6 100 -6 C140 -6 176 30 174 96 C168 66 150 44 130 40 C112 46 88 46 70 40 C50 44 32 66 26 96Z',
  ],
};

function svg(face) {
  const { skin, hair, shirt, style, jaw = 0 } = face;
  const [behind, front] = HAIR[style];
  const chin = 188 + jaw;
  const head = `M30 88 C28 34 60 10 100 10 C140 10 172 34 170 88 C170 132 150 ${chin} 100 ${chin} C50 ${chin} 30 132 30 88Z`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200" width="${SIZE}" height="${SIZE}">
    <defs>
      <radialGradient id="skin" cx="46%" cy="42%" r="66%">
        <stop offset="0" stop-color="${skin[0]}"/><stop offset="0.62" stop-color="${skin[0]}"/><stop offset="1" stop-color="${skin[1]}"/>
      </radialGradient>
      <linearGradient id="wall" x1="0" y1="0" x2="1" y2="1"><stop stop-color="#dfe5ea"/><stop offset="1" stop-color="#a9b5c0"/></linearGradient>
      <filter id="soft" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="4"/></filter>
    </defs>
    <rect width="200" height="200" fill="url(#wall)"/>
    <path d="${behind}" fill="${hair}"/>
    <path d="M66 150 H134 V184 L200 200 H0 L66 184Z" fill="${skin[1]}"/>
    <path d="M0 200 L62 182 Q100 204 138 182 L200 200Z" fill="${shirt}"/>
    <ellipse cx="29" cy="104" rx="9" ry="17" fill="${skin[1]}"/><ellipse cx="171" cy="104" rx="9" ry="17" fill="${skin[1]}"/>
    <path d="${head}" fill="url(#skin)"/>
    ${blur('<circle cx="58" cy="128" r="15" fill="#d9705c"/><circle cx="142" cy="128" r="15" fill="#d9705c"/>', 0.28)}
    ${EYES.map((place) => eye(place, face)).join('')}
    ${blur(`<path d="M90 84 Q86 112 84 124 L100 132 L116 124 Q108 116 106 96Z" fill="${skin[1]}"/>`, 0.35)}
    <path d="M97 82 Q95 108 96 122 Q100 127 105 122 Q104 104 102 82Z" fill="#fff" opacity="0.1"/>
    ${line('M86 122 Q84 129 91 129 Q100 135 109 129 Q116 129 114 122', 2.2, skin[1])}
    <ellipse cx="93" cy="129" rx="3.2" ry="1.7" fill="#4a2418"/><ellipse cx="107" cy="129" rx="3.2" ry="1.7" fill="#4a2418"/>
    ${creases(face)}
    ${mouth(face)}
    <path d="${front}" fill="${hair}"/>
    ${EYES.map((place) => brow(place, face)).join('')}
  </svg>`;
}

for (const [name, face] of Object.entries(FACES)) {
  const file = fileURLToPath(new URL(`drawn-${name}.png`, import.meta.url));
  await sharp(Buffer.from(svg(face)))
    .flatten()
    .png({ compressionLevel: 9 })
    .toFile(file);
}
