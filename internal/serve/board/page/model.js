// The model of the page: it is fetched from the server, and set with all that is shown of it.

let choices = 0; // of models: a later one makes the weights of the others useless

// useModel fetches the weights of a model in the server's list, and sets it. It reports whether it did: not if another was
// chosen meanwhile, or if the model was replaced after it was listed.
async function useModel(board, entry) {
  const choice = ++choices;
  let response;
  let weights;
  try {
    response = await ask(`/board/weights?model=${encodeURIComponent(entry.name)}`);
    weights = new Float32Array(await response.arrayBuffer());
  } catch (e) {
    if (choice === choices) {
      throw e;
    }
  }
  if (choice !== choices || response.headers.get("ETag") !== `"${entry.weights}"`) {
    return false;
  }
  byId("trouble").hidden = true; // of a choice before
  board.asked = ""; // it may have learned other images, and the panels may be new
  setModel(board, entry, weights);
  return true;
}

// setModel lets a board compute with other weights from now on, and shows all anew; the drawing stays as it is. `entry` is
// what the server's list says of the model, and `weights` are the numbers to which its steps point. What depends on the form of
// the network alone, such as the rows of the table, stays if the form does: so bars move from the old answer to the new one.
function setModel(board, entry, weights) {
  const { classes, input: [height, width] } = entry.network;
  const before = board.model;
  board.model = {
    ...entry, classes, height, width, form: entry.network, network: new Network(entry.network, weights),
    query: `?model=${encodeURIComponent(entry.name)}`,
  };
  board.worker.postMessage({ model: entry.network, weights });
  if (before === null) {
    warmUp(board.model, 24);
  }
  if (before === null || JSON.stringify(before.form) !== JSON.stringify(entry.network)) {
    byId("bars").replaceChildren();
    board.view = new View(classes, height, width);
    if (board.grid.width !== width || board.grid.height !== height) {
      board.grid.resize(width, height);
      board.picked = null;
    }
    board.panels.use(classes, width, height);
  }
  board.units.use(board.model.network, width, height);
  setText(byId("layers"), entry.layers);
  setText(byId("task"), entry.task);
  byId("similar-section").hidden = !entry.similar;
  byId("picture-mode").hidden = !entry.read;
  if (!entry.read && board.mode === "picture") {
    board.enter("pen");
  }
  if (board.picture.blob && entry.read) {
    board.picture.open(board.picture.blob);
  }
  board.redraw();
}

// whenIdle does something when the browser has time; after `most` milliseconds in any case, if that is given.
function whenIdle(what, most) {
  if (window.requestIdleCallback) {
    requestIdleCallback(what, most === undefined ? {} : { timeout: most });
  } else {
    setTimeout(what, 20); // Safari has no idle callbacks
  }
}

// warmUp works out answers to a line that nobody sees, each when the browser has nothing else to do: it compiles what it has
// seen some times, so that the first stroke has its answer as soon as the others.
function warmUp(model, times) {
  whenIdle(() => {
    const drawing = new Drawing();
    drawing.begin({ x: 100, y: 60, width: 20 });
    drawing.extend({ x: 180, y: 200, width: 20 });
    model.network.scores(normalize(drawing.plane, model.height, model.width));
    if (times > 1) {
      warmUp(model, times - 1);
    }
  });
}
