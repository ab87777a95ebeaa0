// The network: the same steps, in the same order, as the model file has. It knows nothing of drawings or of this page.

// Activations that work value by value; `a` is the step, which has the slope of leaky_relu and the alpha of elu.
const activations = {
  celu: (z) => (z > 0 ? z : Math.expm1(z)),
  elu: (z, a) => (z > 0 ? z : a.alpha * Math.expm1(z)),
  exponential: (z) => Math.exp(z),
  gelu: (z) => 0.5 * z * complementaryError(-z * Math.SQRT1_2),
  hard_shrink: (z) => (Math.abs(z) > 0.5 ? z : 0),
  hard_sigmoid: (z) => clip(z / 6 + 0.5, 0, 1),
  hard_silu: (z) => z * clip(z / 6 + 0.5, 0, 1),
  hard_tanh: (z) => clip(z, -1, 1),
  leaky_relu: (z, a) => (z > 0 ? z : a.slope * z),
  linear: (z) => z,
  log_sigmoid: (z) => -softplus(-z),
  mish: (z) => z * Math.tanh(softplus(z)),
  relu: (z) => Math.max(z, 0),
  relu6: (z) => clip(z, 0, 6),
  selu: (z) => 1.0507009873554805 * (z > 0 ? z : 1.6732632423543772 * Math.expm1(z)),
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  silu: (z) => z / (1 + Math.exp(-z)),
  soft_shrink: (z) => z - clip(z, -0.5, 0.5),
  softplus: (z) => softplus(z),
  softsign: (z) => z / (1 + Math.abs(z)),
  sparse_plus: (z) => (z < -1 ? 0 : z > 1 ? z : 0.25 * (z + 1) * (z + 1)),
  sparse_sigmoid: (z) => clip(0.5 * (z + 1), 0, 1),
  squareplus: (z) => Math.max(z, 0) + 2 / (Math.sqrt(z * z + 4) + Math.abs(z)),
  tanh: (z) => Math.tanh(z),
  tanh_shrink: (z) => z - Math.tanh(z),
};

function clip(x, low, high) {
  return Math.min(Math.max(x, low), high);
}

// softplus returns log(1 + e^z).
function softplus(z) {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

// complementaryError returns 1 - erf(x): by the series of Abramowitz and Stegun's 7.1.6 near 0, and else by the
// continued fraction 7.1.14.
function complementaryError(x) {
  const size = Math.abs(x);
  let tail;
  if (size < 2.5) {
    let term = size;
    let sum = size;
    for (let n = 1; n < 60; n++) {
      term *= (2 * size * size) / (2 * n + 1);
      sum += term;
    }
    tail = 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-size * size) * sum;
  } else {
    let fraction = size;
    for (let n = 60; n > 0; n--) {
      fraction = size + n / 2 / fraction;
    }
    tail = Math.exp(-size * size) / Math.sqrt(Math.PI) / fraction;
  }
  return x < 0 ? 2 - tail : tail;
}

// softmax returns e^z divided by their sum.
function softmax(z) {
  const largest = z.reduce((a, b) => Math.max(a, b));
  const powers = z.map((v) => Math.exp(v - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((v) => v / sum);
}

// Network computes what a model computes. `model` describes its steps, and `weights` has their float32 numbers, to which
// the steps point.
class Network {
  constructor(model, weights) {
    const part = ({ at, length }) => weights.subarray(at, at + length);
    this.threshold = model.answer === "threshold"; // one output, the probability of the second of two classes
    this.steps = model.steps.map((s) => {
      switch (s.kind) {
        case "dense":
          return { ...s, kernel: part(s.kernel), bias: part(s.bias) };
        case "normalization":
          return { ...s, mean: part(s.mean), scale: part(s.scale), shift: part(s.shift) };
        default:
          return s;
      }
    });
    const last = this.steps[this.steps.length - 1];
    this.final = last.kind === "activation" && ["softmax", "sigmoid"].includes(last.function) ? last : null;
    this.firstDense = this.steps.findIndex((s) => s.kind === "dense");
  }

  // scores returns a number for each class, before the last softmax or sigmoid makes probabilities of them.
  scores(pixels) {
    const z = this.apply(Float64Array.from(pixels), 0, this.end());
    return this.threshold && this.final ? Float64Array.of(0, z[0]) : this.threshold ? Float64Array.of(0.5, z[0]) : z;
  }

  // probabilities returns a number from 0 to 1 for each class, given the scores.
  probabilities(scores) {
    if (this.threshold && !this.final) {
      return Float64Array.of(1 - clip(scores[1], 0, 1), clip(scores[1], 0, 1));
    }
    if (!this.threshold && this.final && this.final.function === "sigmoid") {
      return scores.map((z) => activations.sigmoid(z));
    }
    return softmax(scores); // of 0 and z, it is the sigmoid of z
  }

  // effects returns, for each pixel, by how much it moves the score of class `a` away from that of class `b`: the
  // difference of the two, less what it is without the pixel's ink. It is exact, and 0 where there is no ink.
  effects(pixels, a, b) {
    const first = this.steps[this.firstDense];
    const margin = (z) => {
      const values = this.apply(z, this.firstDense + 1, this.end());
      return this.threshold ? (a === 1 ? values[0] : -values[0]) : values[a] - values[b];
    };
    const inked = this.apply(Float64Array.from(pixels), 0, this.firstDense);
    const blank = this.apply(new Float64Array(pixels.length), 0, this.firstDense);
    const sums = multiply(inked, first);
    const whole = margin(sums.slice());
    const effects = new Float64Array(pixels.length);
    for (let i = 0; i < pixels.length; i++) {
      if (pixels[i] === 0) {
        continue;
      }
      const change = blank[i] - inked[i];
      const without = sums.slice();
      for (let j = 0; j < first.units; j++) {
        without[j] += change * first.kernel[i * first.units + j];
      }
      effects[i] = whole - margin(without);
    }
    return effects;
  }

  // effort returns how many products the effects of one pixel take.
  effort() {
    return this.steps.slice(this.firstDense + 1).reduce((sum, s) => sum + (s.kind === "dense" ? s.kernel.length : 0), 0);
  }

  // end returns the number of steps whose results are the scores.
  end() {
    return this.steps.length - (this.final ? 1 : 0);
  }

  // apply returns what the steps from `from` up to `to` make of x, which they may change.
  apply(x, from, to) {
    for (let i = from; i < to; i++) {
      const s = this.steps[i];
      if (s.kind === "dense") {
        x = multiply(x, s);
      } else if (s.function === "softmax") {
        x = softmax(x);
      } else {
        inPlace(x, s);
      }
    }
    return x;
  }
}

// inPlace applies a step that works value by value.
function inPlace(x, s) {
  const f = activations[s.function];
  for (let i = 0; i < x.length; i++) {
    switch (s.kind) {
      case "affine":
        x[i] = Math.fround(x[i] * at(s.scale, i) + at(s.shift, i));
        break;
      case "normalization":
        x[i] = (x[i] - s.mean[i]) * s.scale[i] + s.shift[i];
        break;
      default:
        x[i] = f(x[i], s);
    }
  }
}

// at returns the number for value i, of one for all or one for each.
function at(numbers, i) {
  return numbers.length === 1 ? numbers[0] : numbers[i];
}

// multiply returns x kernel + bias. Most pixels are 0, and their rows of the kernel are skipped.
function multiply(x, { units, kernel, bias }) {
  const y = Float64Array.from(bias);
  for (let i = 0; i < x.length; i++) {
    const v = x[i];
    if (v !== 0) {
      for (let j = 0, k = i * units; j < units; j++, k++) {
        y[j] += v * kernel[k];
      }
    }
  }
  return y;
}

// decodeWeights returns the float32 numbers that base64 text has, least byte first.
function decodeWeights(text) {
  const bytes = atob(text);
  const view = new DataView(new ArrayBuffer(bytes.length));
  for (let i = 0; i < bytes.length; i++) {
    view.setUint8(i, bytes.charCodeAt(i));
  }
  const numbers = new Float32Array(bytes.length / 4);
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = view.getFloat32(4 * i, true);
  }
  return numbers;
}
