// The page: what is drawn becomes an image, an answer in the same frame, and its explanation as soon as it is there.

class Board {
  constructor() {
    this.models = []; // of the server's list
    this.model = null; // what setModel made of one of them
    this.mode = "pen";
    this.picked = null; // the image of a digit of a picture
    this.cleared = null; // strokes that Undo brings back
    this.frames = new Frames(() => this.show());
    this.image = null; // what is shown
    this.effects = null; // of its pixels, once they are known
    this.suggestion = null; // its smallest change to another answer, once it is known
    this.turn = 0; // of images: a later one makes the answers about the others useless
    this.resting = false; // what may wait for the answer is to be shown
    this.asking = false; // for similar images
    this.asked = ""; // for which
    this.unanswered = false; // the server had gone when it was asked
    this.timers = [];
    this.drawing = new Drawing();
    this.panels = new Panels();
    this.units = new Units();
    const said = (text) => { byId("cell").textContent = text; };
    this.grid = new Grid(byId("grid"), 28, 28, () => this.changed(), said);
    this.pen = new Pen(byId("sheet"), this.drawing, () => Number(byId("brush").value), () => {
      if (!this.drawing.empty) {
        this.cleared = null;
      }
      this.changed("soon");
    });
    this.picture = new Picture((blob) => this.read(blob), (image) => {
      this.picked = image;
      this.changed();
    });
    this.worker = new Worker("/board/worker.js");
    this.worker.onmessage = ({ data }) => this.explained(data);
    listen(this);
  }

  // enter changes how one draws. Pixels begin with the image that is there.
  enter(mode) {
    const image = this.mode !== mode && mode === "pixels" ? this.image : null;
    this.mode = mode;
    this.rest();
    if (this.model) { // else it says why there is none
      byId("trouble").hidden = true;
    }
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

  // rest ends the stroke that is drawn now.
  rest() {
    this.pen.rest();
    this.grid.rest();
  }

  // changed shows all anew, in the next frame or, of the pen, sooner. Bars are as long as the answer says at once: ten that glide
  // there would keep the browser as busy as the answer does, and be late.
  changed(when = "later") {
    byId("bars").parentElement.classList.remove("other-model");
    const isPen = this.mode === "pen";
    byId("undo").disabled = isPen ? this.drawing.empty && !this.cleared : this.grid.before.length === 0;
    byId("clear").disabled = isPen ? this.drawing.empty : this.grid.empty;
    byId("other").hidden = this.mode !== "picture" || !this.picked;
    if (this.model) {
      this.frames[when]();
    }
  }

  // redraw shows all anew, although the drawing is the same: bars glide from one model's answer to another's.
  redraw() {
    this.image = undefined;
    this.suggestion = null;
    this.changed();
    byId("bars").parentElement.classList.add("other-model");
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
        plane.ink = Float32Array.from(this.grid.cells, (v) => v / 255);
        return normalize(plane, height, width);
      }
    }
    return this.picked;
  }

  // show shows what is drawn, and if that makes another image, all that follows from it.
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
    this.effects = null;
    this.suggestion = null;
    this.timers.forEach(clearTimeout);
    if (image) {
      this.answer(image);
    } else {
      this.view.answer(null, null);
      setText(byId("spoken"), "");
    }
    this.view.seen(image);
    if (!this.resting) {
      this.resting = true;
      whenIdle(() => {
        this.resting = false;
        this.explain();
      }, 100);
    }
  }

  // answer shows the network's answer.
  answer(image) {
    const { network, classes } = this.model;
    const scores = network.scores(image);
    const probabilities = network.probabilities(scores);
    this.order = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a]);
    const [best] = this.order;
    this.view.answer(probabilities, this.order);
    this.timers = [
      setTimeout(() => setText(byId("spoken"), `${classes[best]}, ${sure(probabilities[best])}`), 400), // when the pen rests
    ];
  }

  // explain shows what the answer does not wait for, and asks for what explains it.
  explain() {
    const { image, model: { network, classes } } = this;
    if (image === undefined) {
      return; // another model was set, which shows all anew
    }
    this.panels.change(image, undefined);
    this.units.show(image);
    if (!image) {
      this.view.heat(null, null);
      this.panels.why(null);
      this.panels.similar([], "");
      this.asked = "";
      return;
    }
    const [a, b] = this.order;
    this.panels.why(classes[a], classes[b]);
    const question = { id: this.turn, image, a, b };
    const effort = network.effort() * image.reduce((n, v) => n + (v > 0 ? 1 : 0), 0);
    this.timers.push(setTimeout(() => this.worker.postMessage(question), effort < 2e7 ? 0 : 250));
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

  // askSimilar asks for the most similar training images, of one drawing at a time: the server looks at all its images, which
  // should leave it and the browser time for what else there is to do. They depend on the image alone, so they are not sought
  // again for other weights; dark and light pictures differ.
  async askSimilar() {
    const { image, model } = this;
    const wanted = `${model.query} ${color("--sheet")} ${image}`;
    if (this.asking || !model.similar || wanted === this.asked) {
      return;
    }
    this.asking = true;
    this.asked = wanted;
    try {
      const response = await ask(`/board/similar${model.query}`, { method: "POST", body: image });
      const { images, of } = await response.json();
      if (this.image && model === this.model) {
        this.panels.similar(images.map((m) => ({ ...m, pixels: decodeBytes(m.pixels) })),
          `The nearest of ${of.toLocaleString("en")} images; 100 % (cosine) is the same ink.`);
      } else {
        this.asked = ""; // the same may be wanted again
      }
    } catch (e) {
      this.unanswered = Boolean(e.gone);
      if (this.image === image) {
        this.panels.similar([], e.message);
      }
    }
    setTimeout(() => {
      this.asking = false;
      if (this.image) {
        this.askSimilar();
      }
    }, 300);
  }

  // back asks again for what a server that had gone did not answer.
  back() {
    if (this.unanswered && this.image && !this.asking) {
      this.unanswered = false;
      this.asked = "";
      this.askSimilar();
    }
  }

  // read asks the server for the digits of a picture.
  async read(blob) {
    if (!this.model) {
      throw new Error("There is no model yet to read it.");
    }
    return (await ask(`/board/read${this.model.query}`, { method: "POST", body: blob })).json();
  }

  // open shows a picture.
  open(blob) {
    if (this.model && !this.model.read) {
      trouble("This model takes no pictures.");
      return;
    }
    this.enter("picture");
    this.picture.open(blob);
  }

  undo() {
    this.rest();
    if (this.mode === "picture") {
      return; // the drawing is not seen
    }
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
    this.rest();
    if (this.mode === "pixels") {
      this.grid.set(new Uint8Array(this.grid.cells.length));
    } else {
      this.cleared = this.drawing.clear();
    }
    this.changed();
  }
}

const main = document.querySelector("main");
main.classList.remove("waking");
main.removeAttribute("aria-busy");
const board = new Board();
board.enter("pen");
(byId("training") ? watch : follow)(board);
