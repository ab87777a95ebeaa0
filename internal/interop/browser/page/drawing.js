// A drawing: strokes of a pen, and the ink that they leave. It knows nothing of this page.

// Plane is ink, 0 to 1, on w x h pixels, row by row; pixel i covers [i, i + 1).
class Plane {
  constructor(w, h) {
    this.w = w;
    this.h = h;
    this.ink = new Float32Array(w * h);
  }

  // at returns the ink of a pixel, 0 outside.
  at(x, y) {
    return x < 0 || y < 0 || x >= this.w || y >= this.h ? 0 : this.ink[y * this.w + x];
  }
}

// Drawing is strokes on a square whose sides are `Drawing.side`. A stroke is points {x, y, width}.
class Drawing {
  static side = 280;

  constructor() {
    this.strokes = [];
    this.plane = new Plane(Drawing.side, Drawing.side);
  }

  get empty() {
    return this.strokes.length === 0;
  }

  // begin starts a stroke, with a dot.
  begin(point) {
    this.strokes.push([point]);
    this.paint(point, point);
  }

  // extend draws a line from the end of the last stroke.
  extend(point) {
    const stroke = this.strokes[this.strokes.length - 1];
    this.paint(stroke[stroke.length - 1], point);
    stroke.push(point);
  }

  // undo takes the last stroke away.
  undo() {
    this.restore(this.strokes.slice(0, -1));
  }

  // clear takes all strokes away, and returns them, for restore.
  clear() {
    const strokes = this.strokes;
    this.restore([]);
    return strokes;
  }

  // restore draws strokes on an empty sheet.
  restore(strokes) {
    this.strokes = strokes;
    this.plane.ink.fill(0);
    for (const stroke of strokes) {
      stroke.forEach((point, i) => this.paint(stroke[Math.max(i - 1, 0)], point));
    }
  }

  // paint leaves the ink of a line with round ends, whose edge is one pixel soft. Its width changes evenly.
  paint(a, b) {
    const reach = Math.max(a.width, b.width) / 2 + 1;
    const dx = b.x - a.x;
    const dy = b.y - a.y;
    const squared = dx * dx + dy * dy;
    const { w, h, ink } = this.plane;
    const right = Math.min(Math.ceil(Math.max(a.x, b.x) + reach), w);
    const bottom = Math.min(Math.ceil(Math.max(a.y, b.y) + reach), h);
    for (let y = Math.max(Math.floor(Math.min(a.y, b.y) - reach), 0); y < bottom; y++) {
      for (let x = Math.max(Math.floor(Math.min(a.x, b.x) - reach), 0); x < right; x++) {
        const px = x + 0.5 - a.x;
        const py = y + 0.5 - a.y;
        const t = squared === 0 ? 0 : Math.min(Math.max((px * dx + py * dy) / squared, 0), 1);
        const radius = (a.width + t * (b.width - a.width)) / 2;
        const cover = radius + 0.5 - Math.hypot(px - t * dx, py - t * dy);
        const i = y * w + x;
        ink[i] = Math.max(ink[i], Math.min(cover, 1));
      }
    }
  }
}
