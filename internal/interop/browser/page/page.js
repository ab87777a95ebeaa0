function start() {
  const model = JSON.parse(byId("model").textContent);
  const network = new Network(model, decodeWeights(byId("weights").textContent));
  const [height, width] = model.input;
  const view = new View(model.classes, height, width);
  const drawing = new Drawing();
  let cleared = null; // strokes that Undo brings back
  const frames = new Frames(show);
  let later = 0; // a timer

  const pen = new Pen(byId("sheet"), drawing, () => Number(byId("brush").value), () => {
    if (!drawing.empty) {
      cleared = null;
    }
    changed("soon");
  });

  // changed shows all anew, in the next frame or, of the pen, sooner; what takes long waits until the pen rests.
  function changed(when = "later") {
    byId("undo").disabled = drawing.empty && !cleared;
    byId("clear").disabled = drawing.empty;
    frames[when]();
  }

  function show() {
    view.drawing(drawing, pen.cursor);
    const image = normalize(drawing.plane, height, width);
    view.seen(image);
    clearTimeout(later);
    if (!image) {
      view.answer(null, null);
      view.heat(null, null);
      byId("why").textContent = "";
      byId("spoken").textContent = "";
      return;
    }
    const scores = network.scores(image);
    const probabilities = network.probabilities(scores);
    const order = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a]);
    view.answer(probabilities, order);
    const [best, second] = order.map((i) => model.classes[i]);
    const explain = () => {
      view.heat(image, network.effects(image, order[0], order[1]));
      byId("why").textContent =
        `Without its red pixels, the network would prefer ${best} to ${second} less; without its blue ones, more.`;
    };
    const quick = network.effort() * image.reduce((n, v) => n + (v > 0 ? 1 : 0), 0) < 5e6;
    if (quick) {
      explain();
    }
    later = setTimeout(() => {
      if (!quick) {
        explain();
      }
      byId("spoken").textContent = `${best}, ${sure(probabilities[order[0]])}`;
    }, 400);
  }

  function undo() {
    pen.rest();
    if (cleared) {
      drawing.restore(cleared);
      cleared = null;
    } else if (!drawing.empty) {
      drawing.undo();
    }
    changed();
  }

  byId("undo").addEventListener("click", undo);
  byId("clear").addEventListener("click", () => {
    pen.rest();
    cleared = drawing.clear();
    changed();
  });
  document.addEventListener("keydown", (e) => {
    if ((e.ctrlKey || e.metaKey) && !e.shiftKey && e.key === "z") {
      e.preventDefault();
      undo();
    }
  });
  window.addEventListener("resize", () => changed());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    colors.clear();
    changed();
  });
  changed();
}

start();
