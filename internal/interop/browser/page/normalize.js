// From ink to the image that the network was trained with: as MNIST has it, the longer side of a digit's box is 20 of 28
// pixels, and its centre of mass lies at 14.5, to the nearest whole pixel, where pixel i covers [i, i + 1). Strokes that
// are thinner than an eighth of the longer side are made so thick, since MNIST's are. `dnn predict` does the same.

const fine = 5; // pixels of the working copy in one of the image
const thinnest = 1 / 8; // width of a stroke, as a share of the longer side

// normalize returns height x width bytes, 0 for no ink, of the ink on a plane; or null if there is none.
function normalize(plane, height, width) {
  const inner = Math.round((20 / 28) * Math.min(height, width));
  if (plane.w === width && plane.h === height && isNormal(plane, inner)) {
    return Uint8Array.from(plane.ink, (v) => Math.round(255 * v));
  }
  const large = enlarge(plane, fine * inner);
  if (!large) {
    return null;
  }
  thicken(large);
  return place(shrink(large, outline(large), inner), height, width);
}

// isNormal reports whether an image is as those of MNIST, of which a few have a box of 19 pixels.
function isNormal({ w, h, ink }, inner) {
  const inked = Array.from(ink.keys()).filter((i) => ink[i] > 0);
  const size = (at) => Math.max(...inked.map(at)) - Math.min(...inked.map(at)) + 1;
  const longer = Math.max(size((i) => i % w), size((i) => Math.floor(i / w)));
  const [x, y] = massOf(ink, w);
  const off = Math.max(Math.abs(x - (w + 1) / 2), Math.abs(y - (h + 1) / 2));
  return (longer === inner || longer === inner - 1) && off <= 1;
}

// massOf returns the centre of mass of ink in rows of w pixels.
function massOf(ink, w) {
  let [sum, sumX, sumY] = [0, 0, 0];
  ink.forEach((v, i) => {
    sum += v;
    sumX += v * ((i % w) + 0.5);
    sumY += v * (Math.floor(i / w) + 0.5);
  });
  return [sumX / sum, sumY / sum];
}

// outline returns the box of all places with at least half the ink, to a part of a pixel: between the centres of two
// pixels, ink changes evenly. Its size is 0 if there is none.
function outline({ w, h, ink }) {
  const columns = new Float64Array(w);
  const rows = new Float64Array(h);
  for (let y = 0, i = 0; y < h; y++) {
    let most = 0;
    for (let x = 0; x < w; x++, i++) {
      const v = ink[i];
      if (v > 0) {
        most = Math.max(most, v);
        columns[x] = Math.max(columns[x], v);
      }
    }
    rows[y] = most;
  }
  const [x0, x1] = extent(columns);
  const [y0, y1] = extent(rows);
  return { x0, y0, x1, y1, longer: Math.max(x1 - x0, y1 - y0) };
}

// extent returns where values first and last cross a half.
function extent(values) {
  const first = values.findIndex((v) => v >= 0.5);
  if (first < 0) {
    return [0, 0];
  }
  let last = values.length - 1;
  while (values[last] < 0.5) {
    last--;
  }
  const crossing = (inside, outside) => (inside - 0.5) / (inside - outside);
  return [
    first + 0.5 - crossing(values[first], values[first - 1] || 0),
    last + 0.5 + crossing(values[last], values[last + 1] || 0),
  ];
}

// enlarge returns the ink in another size, so that the longer side of its outline is `size`, with room for thicker
// strokes around it; null if there is no outline.
function enlarge(plane, size) {
  const box = outline(plane);
  if (box.longer <= 0) {
    return null;
  }
  const scale = size / box.longer;
  const margin = Math.floor(fine * 1.5);
  const along = (lo, hi) => samples(lo - margin / scale, 1 / scale, Math.ceil((hi - lo) * scale) + 2 * margin);
  return resample(plane, along(box.x0, box.x1), along(box.y0, box.y1));
}

// Parts are the numbers of a row that make up others: of number i, those from ends[i] to ends[i + 1], each at a place of the
// row and with a weight. They are typed arrays, for all of this runs again with each move of the pen.
class Parts {
  constructor(count, most) {
    this.count = count;
    this.ends = new Int32Array(count + 1);
    this.at = new Int32Array(count * most);
    this.weight = new Float64Array(count * most);
  }

  // add adds a part to number i, behind those of the numbers before.
  add(i, at, weight) {
    const n = Math.max(this.ends[i + 1], this.ends[i]);
    this.at[n] = at;
    this.weight[n] = weight;
    this.ends[i + 1] = n + 1;
  }
}

// samples returns the parts of the numbers of a row that make up each of `count` others, which are `size` apart: the mean
// over that size, where the row is linear between the centres of its pixels.
function samples(start, size, count) {
  const points = Math.ceil(size);
  const parts = new Parts(count, 2 * points);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < points; j++) {
      const x = start + size * (i + (j + 0.5) / points) - 0.5;
      const at = Math.floor(x);
      parts.add(i, at, (1 - (x - at)) / points);
      parts.add(i, at + 1, (x - at) / points);
    }
  }
  return parts;
}

// cells returns the parts of the numbers of a row that make up the means of `count` cells of a size.
function cells(start, size, count) {
  const parts = new Parts(count, Math.ceil(size) + 1);
  for (let i = 0; i < count; i++) {
    const [lo, hi] = [start + i * size, start + (i + 1) * size];
    for (let at = Math.floor(lo); at < hi; at++) {
      parts.add(i, at, (Math.min(at + 1, hi) - Math.max(at, lo)) / size);
    }
  }
  return parts;
}

// resample returns sums of parts of a plane: across for each column of the result, down for each row. What is empty, or
// outside of the plane, adds nothing.
function resample({ w, h, ink }, across, down) {
  const width = across.count;
  const { ends, at, weight } = across;
  const rows = new Float32Array(width * h);
  for (let y = 0, row = 0; y < h; y++, row += w) {
    if (isBlank(ink, row, row + w)) {
      continue;
    }
    for (let x = 0, k = 0; x < width; x++) {
      let sum = 0;
      for (const end = ends[x + 1]; k < end; k++) {
        const place = at[k];
        if (place >= 0 && place < w) {
          sum = Math.fround(sum + ink[row + place] * weight[k]);
        }
      }
      rows[y * width + x] = sum;
    }
  }
  const out = new Plane(width, down.count);
  for (let y = 0, k = 0; y < out.h; y++) {
    for (; k < down.ends[y + 1]; k++) {
      if (down.at[k] >= 0 && down.at[k] < h) {
        addRow(out.ink, y * width, rows, down.at[k] * width, down.weight[k], width);
      }
    }
  }
  return out;
}

// addRow adds `count` numbers, times a weight, to as many others.
function addRow(sums, to, numbers, from, weight, count) {
  for (let i = 0; i < count; i++) {
    sums[to + i] += numbers[from + i] * weight;
  }
}

// isBlank reports whether numbers from a place up to another are 0.
function isBlank(numbers, from, to) {
  for (let i = from; i < to; i++) {
    if (numbers[i] !== 0) {
      return false;
    }
  }
  return true;
}

// thicken makes strokes that are thinner than an eighth of the longer side, on average, so thick. The edge stays one
// pixel soft.
function thicken(plane) {
  const { longer } = outline(plane);
  const { ink } = plane;
  const inside = new Uint8Array(ink.length);
  for (let i = 0; i < ink.length; i++) {
    inside[i] = ink[i] >= 0.5 ? 1 : 0;
  }
  // Ink is as far from the outline as 0 to half the width, a quarter of it on average.
  let [sum, count] = [0, 0];
  const inward = distances(plane, inside, 0);
  for (let i = 0; i < ink.length; i++) {
    if (inside[i] === 1) {
      sum += inward[i] - 0.5;
      count++;
    }
  }
  const width = (4 * sum) / Math.max(count, 1);
  // All grows by r on each side: width + 2r = (longer + 2r) / 8.
  const r = (longer * thinnest - width) / (2 - 2 * thinnest);
  if (r <= 0.25) {
    return;
  }
  const outward = distances(plane, inside, 1);
  for (let i = 0; i < ink.length; i++) {
    ink[i] = Math.max(ink[i], Math.min(Math.max(r - outward[i] + 1, 0), 1));
  }
}

// distances returns how far the centre of each pixel is from that of the nearest pixel whose mark is as wanted: along
// rows first, then along columns by the lower envelope of parabolas (Felzenszwalb and Huttenlocher, 2012).
function distances({ w, h }, marks, wanted) {
  const far = w + h;
  const d = new Float64Array(w * h);
  for (let y = 0; y < h; y++) {
    let last = far;
    for (let i = y * w; i < (y + 1) * w; i++) {
      last = marks[i] === wanted ? 0 : Math.min(last + 1, far);
      d[i] = last;
    }
    for (let i = (y + 1) * w - 2; i >= y * w; i--) {
      d[i] = Math.min(d[i], d[i + 1] + 1);
    }
  }
  const f = new Float64Array(h); // squared distances along the row
  const lowest = new Int32Array(h); // the rows whose parabolas are the lowest somewhere
  const from = new Float64Array(h + 1); // where they begin to be
  for (let x = 0; x < w; x++) {
    for (let y = 0; y < h; y++) {
      f[y] = d[y * w + x] * d[y * w + x];
    }
    let k = 0;
    lowest[0] = 0;
    from[0] = -Infinity;
    for (let y = 1; y < h; y++) {
      let cross = meet(f, y, lowest[k]);
      while (cross <= from[k]) {
        k--;
        cross = meet(f, y, lowest[k]);
      }
      k++;
      lowest[k] = y;
      from[k] = cross;
    }
    from[k + 1] = Infinity;
    k = 0;
    for (let y = 0; y < h; y++) {
      while (from[k + 1] < y) {
        k++;
      }
      const away = y - lowest[k];
      d[y * w + x] = Math.sqrt(away * away + f[lowest[k]]);
    }
  }
  return d;
}

// meet returns where the parabolas of two rows meet.
function meet(f, a, b) {
  return (f[a] + a * a - f[b] - b * b) / (2 * (a - b));
}

// shrink returns bytes of a box, by the mean of the area of each pixel; its longer side has `inner` of them.
function shrink(plane, box, inner) {
  const cell = box.longer / inner;
  const along = (lo, hi) => cells(lo, cell, Math.min(Math.ceil((hi - lo) / cell - 1e-9), inner));
  const { w, h, ink } = resample(plane, along(box.x0, box.x1), along(box.y0, box.y1));
  return { w, h, bytes: Uint8Array.from(ink, (v) => Math.min(255 * v + 0.5, 255)) };
}

// place puts a box into an image, at whole pixels, its centre of mass as near to the image's as goes.
function place({ w, h, bytes }, height, width) {
  const [x, y] = massOf(bytes, w);
  const corner = (side, size, mass) => Math.min(Math.max(Math.round((side + 1) / 2 - mass), 0), side - size);
  const image = new Uint8Array(height * width);
  const left = corner(width, w, x);
  const top = corner(height, h, y);
  bytes.forEach((v, i) => {
    image[(top + Math.floor(i / w)) * width + left + (i % w)] = v;
  });
  return image;
}
