"use strict";
/* Is a photo like the training photos? (chapter 7) */

/** Return a captioner's summary of its training photos, {mean, axes, far}, or null: it has none. */
function summaryOf(arrays) {
  if (!arrays["summary/mean"]) return null;
  const [mean, axes, far] = ["mean", "axes", "far"].map((part) => arrays[`summary/${part}`].data);
  return { mean, axes, far };
}

/**
 * Return the share of dev photos that are less like the training photos, 0 to 1.
 *
 * pooled (1280): a photo's features. Its direction is compared with the axes along which the
 * training photos differ; what they leave out of it is its distance.
 */
function likeness(summary, pooled) {
  const size = pooled.length;
  const length = Math.max(Math.hypot(...pooled), 1e-6);
  const rest = pooled.map((value, i) => value / length - summary.mean[i]);
  const centred = Float32Array.from(rest);
  for (let start = 0; start < summary.axes.length; start += size) {
    let along = 0;
    for (let i = 0; i < size; i += 1) along += centred[i] * summary.axes[start + i];
    for (let i = 0; i < size; i += 1) rest[i] -= along * summary.axes[start + i];
  }
  const distance = Math.hypot(...rest);
  let less = 0;
  for (const far of summary.far) if (far > distance) less += 1;
  return less / summary.far.length;
}
