import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp, { type OverlayOptions } from 'sharp';
import { FER2013_FRAMING } from '../../src/image/region';
import { Random } from '../../src/random';

type Point = readonly [x: number, y: number];

/** A picture in memory. */
export interface Pixels {
  data: Uint8Array;
  width: number;
  height: number;
}

/** A face whose place is known. */
export interface KnownFace {
  /** Middle of the box that belongs to such eyes. */
  center: Point;
  /** Side of that box in pixels. */
  side: number;
  eyes: readonly [Point, Point];
  /** What was done to it. */
  kind: 'upright' | 'turned' | 'dark' | 'cut off';
}

/** A picture with faces. */
export interface Scene {
  picture: Pixels;
  faces: KnownFace[];
}

/** A portrait and its pupils. */
export interface Portrait {
  file: string;
  eyes: readonly [Point, Point];
}

const PHOTOS = process.env['FER_CNN_PHOTOS'] ?? fileURLToPath(new URL('../../../shared/data/photos/', import.meta.url));

/**
 * Pictures without a face: photos and drawings of Debian's packages lomiri-wallpapers-16.04, lomiri-wallpapers-20.04, mate-backgrounds,
 * gnome-backgrounds and ukui-wallpapers, every one looked at.
 */
const BACKGROUNDS =
  /^(Bridge|Dragonfly|Kleiber|Picture_0B|Picture_1A|Wine|aitzgorri|analogpattern|free_|greentock|life|Aqua|Blinds|Dune|FreshFlower|Garden|GreenMeadow|LadyBird|RainDrops|Storm|TwoWings|Wood|YellowFlower|picosdeeuropa|seeding|sunset|umang|rhythm|calla|pixels-l|truchet-l|string)/;

const SCENE_SIZE = { width: 1024, height: 768 };

/** The neutral portraits with their pupils; none where the photos are missing. */
export function readPortraits(): Portrait[] {
  const list = join(PHOTOS, 'photos.csv');
  if (!existsSync(list)) return [];
  const [head, ...rows] = readFileSync(list, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const at = (row: string[], name: string) => row[head!.indexOf(name)]!;
  const point = (row: string[], side: string): Point => [
    Number(at(row, `${side}EyeX`)),
    Number(at(row, `${side}EyeY`)),
  ];
  return rows
    .filter((row) => at(row, 'expression') === 'neutral')
    .map((row) => ({ file: join(PHOTOS, at(row, 'file')), eyes: [point(row, 'left'), point(row, 'right')] }));
}

/** Decodes a picture file. */
export async function decode(file: string | Buffer): Promise<Pixels> {
  const picture = sharp(file).removeAlpha().toColorspace('srgb').raw();
  const { data, info } = await picture.toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** The pictures without a face in a folder, cut to the size of the scenes, as PNG. */
export async function readBackgrounds(folder: string): Promise<Buffer[]> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => BACKGROUNDS.test(file.split('/').at(-1)!) && /\.(jpg|png|webp)$/.test(file))
    .sort();
  return Promise.all(
    files.map((file) =>
      sharp(join(folder, file))
        .flatten()
        .resize({ ...SCENE_SIZE, fit: 'cover' })
        .png()
        .toBuffer(),
    ),
  );
}

/**
 * Pastes portraits into pictures without a face: four a scene, one in each quarter, of 24 to 200 pixels, of which a quarter each is upright,
 * turned by up to 30°, darkened to between a fifth and a half, and cut off by up to a quarter by the picture's edge.
 *
 * @param seed The same seed makes the same scenes.
 */
export async function makeScenes(
  portraits: readonly Portrait[],
  backgrounds: readonly Buffer[],
  count: number,
  seed: number,
): Promise<Scene[]> {
  const random = new Random(seed);
  const between = (low: number, high: number) => low + (high - low) * random.next();
  const kinds = ['upright', 'turned', 'dark', 'cut off'] as const;
  const scenes: Scene[] = [];
  for (let i = 0; i < count; i++) {
    const layers: OverlayOptions[] = [];
    const faces: KnownFace[] = [];
    for (let quarter = 0; quarter < 4; quarter++) {
      const kind = kinds[(i + quarter) % 4]!;
      const side = 24 * (200 / 24) ** random.next();
      const angle = kind === 'turned' ? between(-30, 30) : between(-8, 8);
      const light = kind === 'dark' ? between(0.2, 0.5) : 1;
      const [left, top] = [(quarter % 2) * (SCENE_SIZE.width / 2), Math.floor(quarter / 2) * (SCENE_SIZE.height / 2)];
      let x = left + between(side, SCENE_SIZE.width / 2 - side);
      const y = top + between(Math.min(side, 190), SCENE_SIZE.height / 2 - Math.min(side, 190));
      const out = between(0.05, 0.25) * side - side / 2;
      if (kind === 'cut off') x = left === 0 ? -out : SCENE_SIZE.width + out;
      const portrait = portraits[random.integer(portraits.length)]!;
      const pasted = await paste(portrait, [x, y], side, angle, light);
      layers.push(pasted.layer);
      faces.push({ ...pasted.face, kind });
    }
    const background = backgrounds[i % backgrounds.length]!;
    const png = await sharp(background).composite(layers).png().toBuffer();
    scenes.push({ picture: await decode(png), faces });
  }
  return scenes;
}

/** A picture of 512 × 512 pixels with faces in rows and columns. */
export async function makeGroup(
  portraits: readonly Portrait[],
  columns: number,
  rows: number,
  count: number,
): Promise<Pixels> {
  const scene = { width: 512, height: 512 };
  const [width, height] = [scene.width / columns, scene.height / rows];
  const layers: OverlayOptions[] = [];
  for (let i = 0; i < count; i++) {
    const middle: Point = [((i % columns) + 0.5) * width, (Math.floor(i / columns) + 0.5) * height];
    const { layer } = await paste(portraits[i % portraits.length]!, middle, 0.5 * Math.min(width, height), 0, 1, scene);
    layers.push(layer);
  }
  return decode(
    await sharp({ create: { ...scene, channels: 3, background: '#889' } })
      .composite(layers)
      .png()
      .toBuffer(),
  );
}

/** A portrait's head with a soft edge, turned clockwise, for a place in a scene. */
async function paste(
  { file, eyes: [a, b] }: Portrait,
  [x, y]: Point,
  side: number,
  angle: number,
  light: number,
  scene: { width: number; height: number } = SCENE_SIZE,
): Promise<{ layer: OverlayOptions; face: Omit<KnownFace, 'kind'> }> {
  const { eyeRow, eyeDistance, boxSide, boxCentreRow } = FER2013_FRAMING;
  const distance = Math.hypot(a[0] - b[0], a[1] - b[1]);
  const ownSide = (distance * boxSide) / eyeDistance;
  const center: Point = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2 + ((boxCentreRow - eyeRow) / boxSide) * ownSide];
  const scale = side / ownSide;
  const radius = Math.round(side);
  const reach = Math.round(radius / scale);
  const [left, top] = [Math.round(center[0]) - reach, Math.round(center[1]) - reach];
  const mask = `<svg width="${2 * radius}" height="${2 * radius}"><defs><radialGradient id="g"><stop offset="0.8" stop-color="white"/>
    <stop offset="1" stop-color="white" stop-opacity="0"/></radialGradient></defs>
    <ellipse cx="${radius}" cy="${radius * 0.95}" rx="${radius * 0.72}" ry="${radius * 0.95}" fill="url(#g)"/></svg>`;
  const padded = await sharp(file)
    .extend({ top: 512, bottom: 512, left: 512, right: 512, extendWith: 'copy' })
    .toBuffer();
  const head = await sharp(padded)
    .extract({ left: left + 512, top: top + 512, width: 2 * reach, height: 2 * reach })
    .resize(2 * radius, 2 * radius)
    .linear(light, 0)
    .ensureAlpha()
    .composite([{ input: Buffer.from(mask), blend: 'dest-in' }])
    .png()
    .toBuffer();
  const turned = await sharp(head).rotate(angle, { background: '#0000' }).png().toBuffer({ resolveWithObject: true });
  const { width, height } = turned.info;
  const [wantedLeft, wantedTop] = [Math.round(x - width / 2), Math.round(y - height / 2)];
  // Layers may not reach over the edges.
  const cut = {
    left: Math.max(0, -wantedLeft),
    top: Math.max(0, -wantedTop),
    width: Math.min(width, scene.width - wantedLeft) - Math.max(0, -wantedLeft),
    height: Math.min(height, scene.height - wantedTop) - Math.max(0, -wantedTop),
  };
  const input = await sharp(turned.data).extract(cut).png().toBuffer();
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  const middle: Point = [wantedLeft + width / 2, wantedTop + height / 2];
  const place = ([px, py]: Point): Point => {
    const [dx, dy] = [((px - left - reach) * radius) / reach, ((py - top - reach) * radius) / reach];
    return [middle[0] + cos * dx - sin * dy, middle[1] + sin * dx + cos * dy];
  };
  return {
    layer: { input, left: Math.max(0, wantedLeft), top: Math.max(0, wantedTop) },
    face: { center: place(center), side, eyes: [place(a), place(b)] },
  };
}
