// The page: what is drawn becomes an image, an answer in the same frame, and its explanation as soon as it is there.

class Board {
  constructor() {
    this.model = null; // {name, classes, width, height, network, ...}
    this.mode = "pen";
    this.picked = null; // the image of a digit of a picture
    this.cleared = null; // strokes that Undo brings back
    this.waiting = false; // for the next frame
    this.image = null; // what is shown
    this.turn = 0; // of images: a later one makes the answers about the others useless
    this.asking = false; // for similar images
    this.timers = [];
    this.drawing = new Drawing();
    this.panels = new Panels();
    const said = (text) => { byId("cell").textContent = text; };
    this.grid = new Grid(byId("grid"), 28, 28, () => this.changed(), said);
    this.pen = new Pen(byId("sheet"), this.drawing, () => Number(byId("brush").value), () => {
      if (!this.drawing.empty) {
        this.cleared = null;
      }
      this.changed();
    });
    this.picture = new Picture((blob) => this.read(blob), (image) => {
      this.picked = image;
      this.changed();
    });
    this.worker = new Worker("/board/worker.js");
    this.worker.onmessage = ({ data }) => this.explained(data);
    listen(this);
  }

  // begin fetches the list of models, and shows the first one.
  async begin() {
    try {
      const { models, left_out: leftOut } = await (await ask("/board/models")).json();
      this.models = models;
      const select = byId("model");
      for (const m of models) {
        select.add(new Option(m.name, m.name));
      }
      for (const m of leftOut) {
        const option = new Option(`${m.name} (cannot be drawn for)`, m.name);
        option.disabled = true;
        select.add(option);
      }
      select.disabled = models.length + leftOut.length < 2;
      if (models.length === 0) {
        trouble(leftOut.length > 0 ? `${leftOut[0].name}: ${leftOut[0].reason}` : "There is no model on this server.");
        return;
      }
      await this.use(models[0]);
    } catch (e) {
      trouble(e.message);
    }
  }

  // use shows another model of the server's list.
  async use(entry) {
    const turn = (this.using = (this.using || 0) + 1);
    const weights = await fetchWeights(entry);
    if (turn === this.using && weights) { // else another was chosen meanwhile, or replaced
      setModel(this, entry, weights);
    }
  }

  // redraw shows all anew, although the drawing is the same.
  redraw() {
    this.image = undefined;
    this.changed();
  }

  // enter changes how one draws. Pixels begin with the image that is there.
  enter(mode) {
    const image = this.mode !== mode && mode === "pixels" ? this.image : null;
    this.mode = mode;
    document.querySelector(`input[name=mode][value=${mode}]`).checked = true;
    for (const id of ["pen", "pixels", "picture"]) {
      byId(id).hidden = id !== mode;
      for (const e of document.getElementsByClassName(`for-${id}`)) {
        e.hidden = id !== mode;
      }
    }
    for (const id of ["undo", "clear"]) {
      byId(id).hidden = mode === "picture";
    }
    if (image) {
      this.grid.set(image);
    }
    this.changed();
  }

  // changed shows all anew, at most once a frame.
  changed() {
    const isPen = this.mode === "pen";
    byId("undo").disabled = isPen ? this.drawing.empty && !this.cleared : this.grid.before.length === 0;
    byId("clear").disabled = isPen ? this.drawing.empty : this.grid.empty;
    byId("other").hidden = this.mode !== "picture" || !this.picked;
    if (!this.waiting && this.model) {
      this.waiting = true;
      requestAnimationFrame(() => {
        this.waiting = false;
        this.show();
      });
    }
  }

  // seen returns the image that the network gets, or null.
  seen() {
    const { height, width } = this.model;
    switch (this.mode) {
      case "pen":
        return normalize(this.drawing.plane, height, width);
      case "pixels": {
        if (this.grid.empty || !byId("fit").checked) {
          return this.grid.empty ? null : this.grid.cells.slice();
        }
        const plane = new Plane(width, height);
        plane.ink.set(this.grid.cells.map((v) => v / 255));
        for (let i = 0; i < plane.ink.length; i++) {
          plane.ink[i] = this.grid.cells[i] / 255;
        }
        return normalize(plane, height, width);
      }
    }
    return this.picked;
  }

  show() {
    if (this.mode === "pen") {
      this.view.drawing(this.drawing, this.pen.cursor);
    } else if (this.mode === "pixels") {
      this.grid.show();
    }
    const image = this.seen();
    if (image && this.image && image.every((v, i) => v === this.image[i])) {
      return;
    }
    this.image = image;
    this.turn++;
    this.view.seen(image);
    this.panels.change(image, undefined);
    this.panels.activity(image); // after all that asks for colors, which would wait for the new style of what this changes
    this.timers.forEach(clearTimeout);
    if (!image) {
      this.view.answer(null, null);
      this.view.heat(null, null);
      this.noSimilar();
      byId("for").textContent = "For";
      byId("against").textContent = "against";
      byId("why").textContent = "";
      byId("spoken").textContent = "";
      return;
    }
    const { network, classes } = this.model;
    const scores = network.scores(image);
    const probabilities = network.probabilities(scores);
    const order = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a]);
    this.view.answer(probabilities, order);
    const message = { id: this.turn, image, a: order[0], b: order[1] };
    const effort = network.effort() * image.reduce((n, v) => n + (v > 0 ? 1 : 0), 0);
    this.timers = [
      setTimeout(() => this.worker.postMessage(message), effort < 2e7 ? 0 : 250),
      setTimeout(() => {
        byId("spoken").textContent = `${classes[order[0]]}, ${sure(probabilities[order[0]])}`;
      }, 400),
    ];
    const [best, second] = order.map((i) => classes[i]);
    byId("for").textContent = `For\u00a0${best}`;
    byId("against").textContent = `for\u00a0${second}`;
    byId("why").textContent =
      `Without its red pixels the network would prefer ${best} to ${second} less, without its blue ones more.`;
    this.askSimilar();
  }

  // explained shows what the worker found out.
  explained({ id, effects, change }) {
    if (id !== this.turn || !this.image) {
      return;
    }
    if (effects) {
      this.effects = effects;
      this.view.heat(this.image, effects);
    } else {
      this.suggestion = change;
      this.panels.change(this.image, change);
    }
  }

  noSimilar() {
    const images = Array.from({ length: 3 }, () => ({ pixels: new Uint8Array(784) }));
    this.panels.similar({ images, note: "" });
  }

  // askSimilar asks for the most similar training images, of one drawing at a time.
  async askSimilar() {
    if (this.asking || !this.model.similar) {
      return;
    }
    this.asking = true;
    const { image, model } = this;
    try {
      const { images, of } = await (await ask(`/board/similar${model.query}`, { method: "POST", body: image })).json();
      if (this.image && model === this.model) {
        for (const m of images) {
          m.pixels = decodeBytes(m.pixels);
        }
        this.panels.similar({ images, note: `Of ${of.toLocaleString("en")} images; the cosine between their pixels and these.` });
      }
    } catch (e) {
      this.panels.similar({ images: [], note: e.message });
      return; // it will not be better for the next stroke
    } finally {
      this.asking = false;
    }
    if (this.image && this.image !== image) {
      this.askSimilar();
    }
  }

  // read asks the server for the digits of a picture.
  async read(blob) {
    return (await ask(`/board/read${this.model.query}`, { method: "POST", body: blob })).json();
  }

  // open shows a picture.
  open(blob) {
    if (!this.model || !this.model.read) {
      trouble("This model takes no pictures.");
      return;
    }
    this.enter("picture");
    this.picture.open(blob);
  }

  undo() {
    if (this.mode === "pixels") {
      this.grid.undo();
    } else if (this.cleared) {
      this.drawing.restore(this.cleared);
      this.cleared = null;
    } else if (!this.drawing.empty) {
      this.drawing.undo();
    }
    this.changed();
  }

  clear() {
    if (this.mode === "pixels") {
      this.grid.set(new Uint8Array(this.grid.cells.length));
    } else {
      this.cleared = this.drawing.clear();
    }
    this.changed();
  }
}

const board = new Board();
board.enter("pen");
const training = byId("training") ? new Training(board) : null;
(training || board).begin();
