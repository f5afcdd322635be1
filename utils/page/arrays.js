"use strict";
/* Reading weights: whole numbers and short floats -> Float32Array (weights.py writes them). */

/** The value of every float16 by its 16 bits, Float32Array(65536). */
const HALVES = (() => {
  const values = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits += 1) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    if (exponent === 0) values[bits] = sign * fraction * 2 ** -24;
    else if (exponent === 31) values[bits] = fraction ? NaN : sign * Infinity;
    else values[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return values;
})();

/** One reader a dtype: (view of the bytes, first byte, values to fill, scales or null). */
const READERS = {
  float32(view, offset, values) {
    for (let i = 0; i < values.length; i += 1) values[i] = view.getFloat32(offset + 4 * i, true);
  },
  float16(view, offset, values) {
    for (let i = 0; i < values.length; i += 1) {
      values[i] = HALVES[view.getUint16(offset + 2 * i, true)];
    }
  },
  int16(view, offset, values, scales) {
    for (let i = 0; i < values.length; i += 1) {
      values[i] = view.getInt16(offset + 2 * i, true) * scales[i % scales.length];
    }
  },
  int24(view, offset, values, scales) {
    for (let i = 0; i < values.length; i += 1) {
      const place = offset + 3 * i;
      const whole = view.getUint16(place, true) + view.getInt8(place + 2) * 65536;
      values[i] = whole * scales[i % scales.length];
    }
  },
};

/**
 * Return the arrays of a manifest, {name: {shape, data: Float32Array}}, the last axis fastest.
 *
 * int16 and int24 are whole numbers with a scale for each place of the last axis, which is the
 * array `name/scales`.
 */
function readArrays(manifest, bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const arrays = {};
  const read = (name) => {
    const { shape, dtype, offset } = manifest.arrays[name];
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    const scales = dtype.startsWith("int") ? read(`${name}/scales`) : null;
    READERS[dtype](view, offset, data, scales);
    arrays[name] = { shape, data };
    return data;
  };
  for (const name of Object.keys(manifest.arrays)) if (!arrays[name]) read(name);
  return arrays;
}
