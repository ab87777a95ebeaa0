// Curves over the epochs of a training, drawn as SVG.

// Curves draws lines over epochs 0 to `last` in an svg element of 320 x 190.
class Curves {
  constructor(svg) {
    this.svg = svg;
    this.frame = { left: 46, right: 302, top: 12, bottom: 166 };
  }

  // show draws lines {points: [[epoch, value]], strong, name} between the values low and high. `label` writes a value; `cursor`
  // is an epoch, or null.
  show({ last, low, high, label, lines, cursor }) {
    const { left, right, top, bottom } = this.frame;
    const x = (epoch) => left + ((right - left) * epoch) / Math.max(last, 1);
    const y = (value) => bottom - ((bottom - top) * (Math.min(Math.max(value, low), high) - low)) / (high - low);
    const parts = [];
    for (const value of [low, (low + high) / 2, high]) {
      parts.push(element("line", { class: "grid", x1: left, x2: right, y1: y(value), y2: y(value) }));
      parts.push(element("text", { x: left - 5, y: y(value) + 4, "text-anchor": "end" }, label(value)));
    }
    for (const epoch of last > 1 ? [0, last] : [0]) {
      parts.push(element("text", { x: x(epoch), y: bottom + 16, "text-anchor": epoch === 0 ? "start" : "end" }, String(epoch)));
    }
    if (cursor !== null && last > 0) {
      parts.push(element("line", { class: "cursor", x1: x(cursor), x2: x(cursor), y1: top, y2: bottom }));
    }
    for (const { points, strong, name } of [...lines].sort((a, b) => Boolean(a.strong) - Boolean(b.strong))) {
      const style = strong ? { class: "strong" } : {};
      const seen = thin(points, 300);
      parts.push(element("polyline", { ...style, points: seen.map(([e, v]) => `${x(e).toFixed(1)},${y(v).toFixed(1)}`).join(" ") }));
      if (seen.length > 0) {
        const [e, v] = seen[seen.length - 1];
        parts.push(element("circle", { ...style, cx: x(e), cy: y(v), r: strong ? 3 : 2 }));
        if (name) {
          parts.push(element("text", { ...style, x: x(e) + 6, y: y(v) + 4 }, name));
        }
      }
    }
    this.svg.replaceChildren(...parts);
  }
}

function element(name, attributes, text) {
  const e = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) {
    e.setAttribute(key, value);
  }
  if (text !== undefined) {
    e.textContent = text;
  }
  return e;
}

// thin returns at most about `most` of a list, evenly spread, with its first and last.
function thin(list, most) {
  const every = Math.ceil(list.length / most);
  return every < 2 ? list : list.filter((_, i) => i % every === 0 || i === list.length - 1);
}

// above returns a round number that is not below x: 1, 2 or 5 times a power of ten.
function above(x) {
  const power = 10 ** Math.floor(Math.log10(Math.max(x, 1e-9)));
  return power * [1, 2, 5, 10].find((n) => n * power >= x * 0.999);
}
