"use strict";
/* Pillow's resizing, rebuilt to the last bit (chapter 2): utils/images.py shows photos this way.
 *
 * Pillow calculates with whole numbers: weights have 22 bits behind the point, and each of the two
 * passes, along the rows and along the columns, ends with a byte. */

const WEIGHT_BITS = 22;
const REDUCING_GAP = 2; // photos of more than twice the size are averaged in blocks first

/**
 * Squash a photo to a square: rgba (height * width * 4 bytes) -> Uint8Array(size * size * 3), RGB.
 *
 * It is Pillow's `resize((size, size), BICUBIC, reducing_gap=2.0)`. Transparency is not looked at.
 */
function resizedToSquare(rgba, width, height, size = 224) {
  let image = withoutAlpha(rgba, width, height);
  if (width === size && height === size) return image.data;
  const across = Math.trunc(width / size / REDUCING_GAP) || 1;
  const down = Math.trunc(height / size / REDUCING_GAP) || 1;
  let box = { width, height };
  if (across > 1 || down > 1) {
    image = reduced(image, across, down);
    box = { width: width / across, height: height / down };
  }
  const rows = () => { image = resizedRows(image, box.width, size); };
  const columns = () => { image = resizedColumns(image, box.height, size); };
  // Which pass comes first shows in the bytes. Pillow 13 begins with the columns of a tall photo.
  const tall = image.height > size && image.height - size > 2 * (image.width - size);
  for (const pass of tall ? [columns, rows] : [rows, columns]) pass();
  return image.data;
}

function withoutAlpha(rgba, width, height) {
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
    data[to] = rgba[from];
    data[to + 1] = rgba[from + 1];
    data[to + 2] = rgba[from + 2];
  }
  return { width, height, data };
}

/** Return the mean of each block of `across` times `down` pixels; at the edge they are smaller. */
function reduced({ width, height, data }, across, down) {
  const small = { width: Math.ceil(width / across), height: Math.ceil(height / down) };
  small.data = new Uint8Array(small.width * small.height * 3);
  let place = 0;
  for (let top = 0; top < height; top += down) {
    const bottom = Math.min(top + down, height);
    for (let left = 0; left < width; left += across) {
      const right = Math.min(left + across, width);
      for (let c = 0; c < 3; c += 1) {
        small.data[place++] = blockMean(data, width, { top, bottom, left, right }, c);
      }
    }
  }
  return small;
}

function blockMean(data, width, { top, bottom, left, right }, c) {
  const count = (bottom - top) * (right - left);
  let sum = count >> 1;
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) sum += data[(y * width + x) * 3 + c];
  }
  // Pillow multiplies by a whole number instead of dividing; it finds that in float32.
  const factor = Math.trunc(Math.fround(2 ** 24 / count));
  return Math.trunc((sum * factor) / 2 ** 24) & 255;
}

/** The cubic curve of bicubic resizing (Keys 1981, a = -0.5). */
function cubic(distance) {
  const x = Math.abs(distance);
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

/**
 * Return for each place of the result which places of `length` it is made of, and their weights:
 * [{first, weights: Int32Array}]. `span` is the length that is seen, a fraction where blocks were.
 */
function resizingWeights(length, span, size) {
  const scale = Math.fround(span) / size;
  const stretch = Math.max(scale, 1);
  const support = 2 * stretch;
  return Array.from({ length: size }, (_, place) => {
    const centre = (place + 0.5) * scale;
    const first = Math.max(Math.trunc(centre - support + 0.5), 0);
    const last = Math.min(Math.trunc(centre + support + 0.5), length);
    const weights = new Float64Array(last - first);
    for (let i = 0; i < weights.length; i += 1) {
      weights[i] = cubic((i + first - centre + 0.5) * (1 / stretch));
    }
    let sum = 0;
    for (const weight of weights) sum += weight;
    return { first, weights: Int32Array.from(weights, (weight) => fixedPoint(weight / sum)) };
  });
}

function fixedPoint(weight) {
  const scaled = weight * 2 ** WEIGHT_BITS;
  return Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

function resizedRows({ width, height, data }, span, size) {
  const result = { width: size, height, data: new Uint8Array(size * height * 3) };
  resizingWeights(width, span, size).forEach(({ first, weights }, x) => {
    for (let y = 0; y < height; y += 1) {
      weigh(data, (y * width + first) * 3, 3, weights, result.data, (y * size + x) * 3);
    }
  });
  return result;
}

function resizedColumns({ width, height, data }, span, size) {
  const result = { width, height: size, data: new Uint8Array(width * size * 3) };
  resizingWeights(height, span, size).forEach(({ first, weights }, y) => {
    for (let x = 0; x < width; x += 1) {
      weigh(data, (first * width + x) * 3, width * 3, weights, result.data, (y * width + x) * 3);
    }
  });
  return result;
}

/** Weigh pixels that are `step` bytes apart, from `from` on, into the pixel at `to`. */
function weigh(data, from, step, weights, results, to) {
  let red = 1 << (WEIGHT_BITS - 1);
  let green = red;
  let blue = red;
  for (let i = 0, place = from; i < weights.length; i += 1, place += step) {
    red += data[place] * weights[i];
    green += data[place + 1] * weights[i];
    blue += data[place + 2] * weights[i];
  }
  results[to] = toByte(red);
  results[to + 1] = toByte(green);
  results[to + 2] = toByte(blue);
}

function toByte(fixed) {
  return Math.min(Math.max(fixed >> WEIGHT_BITS, 0), 255);
}
