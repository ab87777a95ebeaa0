// Why a network answers as it does. It knows networks, and nothing of this page.

// Trace is what each step of a network took and gave for one image.
class Trace {
  constructor(network, pixels) {
    this.network = network;
    this.inputs = []; // of each step
    let x = Float64Array.from(pixels);
    for (let i = 0; i < network.end(); i++) {
      this.inputs.push(x);
      x = network.apply(x.slice(), i, i + 1);
    }
    this.outputs = x;
    this.scores = network.threshold ? Float64Array.of(network.final ? 0 : 0.5, x[0]) : x;
  }

  // gradient returns the derivative of the score of class `a`, less that of class `b`, by each pixel.
  gradient(a, b) {
    let g = new Float64Array(this.outputs.length);
    if (this.network.threshold) {
      g[0] = a === 1 ? 1 : -1;
    } else {
      g[a] = 1;
      g[b] = -1;
    }
    for (let i = this.inputs.length - 1; i >= 0; i--) {
      g = back(this.network.steps[i], this.inputs[i], g);
    }
    return g;
  }
}

// back returns the derivative by the inputs x of a step, given that by its outputs.
function back(s, x, g) {
  if (s.kind === "dense") {
    const out = new Float64Array(x.length);
    for (let i = 0, k = 0; i < x.length; i++) {
      let sum = 0;
      for (let j = 0; j < s.units; j++, k++) {
        sum += g[j] * s.kernel[k];
      }
      out[i] = sum;
    }
    return out;
  }
  if (s.function === "softmax") {
    const y = softmax(x);
    const mean = y.reduce((sum, v, i) => sum + v * g[i], 0);
    return y.map((v, i) => v * (g[i] - mean));
  }
  switch (s.kind) {
    case "affine":
      return g.map((v, i) => v * at(s.scale, i));
    case "normalization":
      return g.map((v, i) => v * s.scale[i]);
  }
  const f = activations[s.function];
  const h = 1e-4; // a slope by two values serves every activation
  return g.map((v, i) => (v === 0 ? 0 : (v * (f(x[i] + h, s) - f(x[i] - h, s))) / (2 * h)));
}

// largest returns the index of the largest number, the first of equals.
function largest(numbers) {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) {
    if (numbers[i] > numbers[best]) {
      best = i;
    }
  }
  return best;
}

// changeTo looks for a small change of ink that makes a network prefer another class to its answer. It goes towards class
// `to`: again and again it changes the pixel that tells the two classes apart the most, as far as it must; then it takes
// back what was not needed. Ink comes only where it touches other ink, as a pen would leave it: rows have `width` pixels.
// It returns the changed bytes, the class that they are, and the ink that was added and taken away, in whole pixels; or
// null if that takes more than `limit` pixels of ink.
function changeTo(network, pixels, width, to, limit) {
  const from = largest(network.scores(pixels));
  const x = Float64Array.from(pixels);
  let left = 255 * limit;
  for (;;) {
    const trace = new Trace(network, x);
    if (largest(trace.scores) !== from) {
      break;
    }
    const g = trace.gradient(to, from);
    let best = -1;
    for (let i = 0; i < x.length; i++) {
      if (room(x, i, width, g[i]) > 0 && (best < 0 || Math.abs(g[i]) > Math.abs(g[best]))) {
        best = i;
      }
    }
    if (best < 0 || g[best] === 0 || left <= 0) {
      return null;
    }
    const missing = (trace.scores[from] - trace.scores[to]) / Math.abs(g[best]);
    const step = Math.min(room(x, best, width, g[best]), Math.ceil(1.02 * missing) + 1);
    if (!(step > 0)) {
      return null; // a score is no number
    }
    x[best] += Math.sign(g[best]) * step;
    left -= step;
  }
  tidy(network, pixels, x, from);
  let [added, removed] = [0, 0];
  x.forEach((v, i) => {
    added += Math.max(v - pixels[i], 0) / 255;
    removed += Math.max(pixels[i] - v, 0) / 255;
  });
  const scores = network.scores(x);
  const answer = largest(scores);
  return { image: Uint8Array.from(x), answer, probability: network.probabilities(scores)[answer], added, removed };
}

// room is how far pixel i can go in the direction of a derivative.
function room(x, i, width, slope) {
  if (slope <= 0) {
    return x[i];
  }
  return touches(x, i, width) ? 255 - x[i] : 0;
}

// touches reports whether there is ink at pixel i or at one of the eight around it.
function touches(x, i, width) {
  const [column, height] = [i % width, x.length / width];
  const row = (i - column) / width;
  for (let r = Math.max(row - 1, 0); r <= Math.min(row + 1, height - 1); r++) {
    for (let c = Math.max(column - 1, 0); c <= Math.min(column + 1, width - 1); c++) {
      if (x[r * width + c] > 100) {
        return true;
      }
    }
  }
  return false;
}

// tidy takes back changes that are not needed, the smallest first: whole, or by half as long as the answer is another.
function tidy(network, pixels, x, from) {
  const changed = Array.from(x.keys()).filter((i) => x[i] !== pixels[i]);
  changed.sort((i, j) => Math.abs(x[i] - pixels[i]) - Math.abs(x[j] - pixels[j]));
  for (const i of changed) {
    let [kept, free] = [x[i], pixels[i]]; // the answer is another with `kept`
    for (let n = 0; n < 6 && kept !== free; n++) {
      x[i] = n === 0 ? free : Math.round((kept + free) / 2);
      if (largest(network.scores(x)) !== from) {
        kept = x[i];
        if (n === 0) {
          break;
        }
      } else {
        free = x[i];
      }
    }
    x[i] = kept;
  }
}

// rivals returns the classes that may be the cheapest to change to: those whose scores are the nearest for each unit of ink
// at the steepest pixel.
function rivals(network, pixels, width, count) {
  const trace = new Trace(network, pixels);
  const from = largest(trace.scores);
  const distance = (to) => {
    const steepest = trace.gradient(to, from).reduce((most, v, i) => Math.max(most, room(pixels, i, width, v) > 0 ? Math.abs(v) : 0), 0);
    return steepest > 0 ? (trace.scores[from] - trace.scores[to]) / steepest : Infinity;
  };
  const others = Array.from(trace.scores.keys()).filter((i) => i !== from);
  if (others.length > 30) { // gradients of all would take too long
    others.sort((a, b) => trace.scores[b] - trace.scores[a]).splice(30);
  }
  const distances = new Map(others.map((to) => [to, distance(to)]));
  return others.sort((a, b) => distances.get(a) - distances.get(b)).slice(0, count);
}

// firstLayer returns the numbers of the steps that make up the first layer: its dense step, and the end of what works value
// by value behind it.
function firstLayer(network) {
  let end = network.firstDense + 1;
  while (end < network.end() && network.steps[end].kind !== "dense") {
    end++;
  }
  return { dense: network.firstDense, end };
}
