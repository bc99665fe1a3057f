/** Pixels from side to side of a picture of FER2013. */
export const SIDE = 48;

/** One picture of FER2013 in double precision, `[48, 48]` row by row. */
export type Picture = Float64Array;

/**
 * A picture under a bilinear affine about its center, edges repeated. `matrix` takes (x, y, 1) of the result to x, then to y, of the
 * source, both counted from the center.
 */
export function affine(picture: Picture, [xx, xy, x1, yx, yy, y1]: readonly number[]): Picture {
  const center = (SIDE - 1) / 2;
  const inside = (value: number) => Math.min(Math.max(value, 0), SIDE - 1);
  return picture.map((_, i) => {
    const [x, y] = [(i % SIDE) - center, Math.floor(i / SIDE) - center];
    const [sx, sy] = [inside(xx! * x + xy! * y + x1! + center), inside(yx! * x + yy! * y + y1! + center)];
    const [left, top] = [Math.floor(sx), Math.floor(sy)];
    const [right, below] = [Math.min(left + 1, SIDE - 1), Math.min(top + 1, SIDE - 1)];
    const row = (line: number) =>
      picture[line * SIDE + left]! + (sx - left) * (picture[line * SIDE + right]! - picture[line * SIDE + left]!);
    return row(top) + (sy - top) * (row(below) - row(top));
  });
}

/** Makes the picture seem larger (above 1) or smaller by that factor. */
export const zoom = (picture: Picture, factor: number): Picture =>
  affine(picture, [1 / factor, 0, 0, 0, 1 / factor, 0]);

/** Turns the picture by that many degrees. */
export function rotate(picture: Picture, degrees: number): Picture {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return affine(picture, [cos, sin, 0, -sin, cos, 0]);
}
