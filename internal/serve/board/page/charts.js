// What the page of a training draws of its epochs: loss, accuracy, and what the network of each says of the drawing.

class Charts {
  constructor(training) {
    this.training = training;
    this.way = new Map(); // probabilities for the drawing, by epoch
    this.image = null; // the drawing
    this.timer = null;
    this.frames = new Frames(() => this.drawCurves());
    this.curves = Object.fromEntries(["way", "loss", "accuracy"].map((id) => [id, new Curves(byId(id))]));
  }

  // drawn is told of each image: what the networks of all epochs say of it is computed once it stays the same for a while.
  drawn(image) {
    if (image === this.image || String(image) === String(this.image)) {
      return;
    }
    this.image = image;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.way.clear();
      for (const epoch of this.training.weights.keys()) {
        this.follow(epoch);
      }
      this.draw();
    }, 60);
  }

  // follow computes what the network after an epoch says of the drawing.
  follow(epoch) {
    if (!this.image) {
      return;
    }
    const { entry, weights } = this.training;
    const network = new Network(entry.network, weights.get(epoch));
    this.way.set(epoch, network.probabilities(network.scores(this.image)));
    this.draw();
  }

  // draw draws the curves, at most once a frame.
  draw() {
    this.frames.later();
  }

  // soFar returns what the epoch that goes on has come to: the means over its samples so far, at the part of it that is done; or
  // null between two epochs.
  soFar() {
    const { state: { epoch, step, steps, loss, accuracy }, history } = this.training;
    const over = history.length > 0 && history[history.length - 1].epoch >= epoch;
    return step === 0 || over ? null : { epoch: epoch - 1 + step / steps, loss, accuracy };
  }

  drawCurves() {
    const { state, history, shown } = this.training;
    if (!state) {
      return;
    }
    let last = 10; // the axis grows with the run, which may be much shorter than planned
    while (last < state.epoch) {
      last *= 2;
    }
    last = Math.max(1, this.training.over() ? state.epoch : Math.min(last, state.epochs));
    const cursor = shown === undefined ? null : shown;
    const now = this.soFar();
    const known = now && Number.isFinite(now.loss) ? [...history, now] : history;
    const lines = (key) => {
      const all = [{ points: known.map((h) => [h.epoch, h[key]]) }];
      const validated = history.filter((h) => h[`val_${key}`] !== undefined);
      all.push({ points: validated.map((h) => [h.epoch, h[`val_${key}`]]), strong: true });
      return all;
    };
    const values = (key) => known.flatMap((h) => [h[key], h[`val_${key}`]]).filter(Number.isFinite);
    this.curves.loss.show({
      last, cursor, low: 0, high: known.length > 0 ? above(Math.max(...values("loss"))) : 1, lines: lines("loss"),
      label: (v) => String(Number(v.toPrecision(2))),
    });
    const low = known.length > 0 ? Math.max(0, 1 - above(Math.max(0.001, 1 - Math.min(...values("accuracy"))))) : 0;
    this.curves.accuracy.show({
      last, cursor, low, high: 1, lines: lines("accuracy"), label: (v) => `${Number((100 * v).toPrecision(4))} %`,
    });
    const latest = history[history.length - 1];
    for (const key of ["loss", "accuracy"]) {
      byId(key).setAttribute("aria-label", latest ? `The ${key}: ${Number(latest[key]).toFixed(4)} in training after epoch ${latest.epoch}` +
        (latest[`val_${key}`] === undefined ? "" : `, ${Number(latest[`val_${key}`]).toFixed(4)} in validation`) : `The ${key}: no epoch is over yet`);
    }
    this.drawWay(last, cursor);
  }

  // drawWay draws the probabilities of the classes that are likely at some time; the one that is likeliest now is strong.
  drawWay(last, cursor) {
    const epochs = [...this.way.keys()].sort((a, b) => a - b);
    const { entry, shown } = this.training;
    const { classes } = entry && entry.network ? entry.network : { classes: [] };
    const now = this.way.get(shown);
    const lines = classes.map((name, i) => ({
      name, points: epochs.map((e) => [e, this.way.get(e)[i]]), strong: Boolean(now) && now[i] === Math.max(...now),
    })).filter((l) => l.points.some(([, p]) => p >= 0.15));
    for (const l of lines) { // names would cover each other at the bottom
      l.name = l.strong || l.points[l.points.length - 1][1] >= 0.1 ? l.name : "";
    }
    this.curves.way.show({ last, cursor, low: 0, high: 1, lines, label: (v) => `${100 * v} %` });
    const best = lines.find((l) => l.strong);
    byId("way").setAttribute("aria-label", best && now
      ? `Your drawing: after epoch ${shown} it is ${best.name} with ${percent(Math.max(...now))}` : "Your drawing: nothing is drawn yet");
  }
}
