// The model of the page: it is fetched from the server, and set with all that is shown of it.

// fetchWeights returns the float32 numbers of a model in the server's list, or null if the list is no longer true: the
// model was replaced after it was listed.
async function fetchWeights(entry) {
  const response = await ask(`/board/weights?model=${encodeURIComponent(entry.name)}`);
  if (response.headers.get("ETag") !== `"${entry.weights}"`) {
    return null;
  }
  return new Float32Array(await response.arrayBuffer());
}

// setModel lets a board compute with other weights from now on, and shows all anew; the drawing stays as it is. `entry` is
// what the server's list says of the model, and `weights` are the numbers to which its steps point. What depends on the form of
// the network alone, such as the rows of the table, stays if the form does: so bars move from the old answer to the new one.
function setModel(board, entry, weights) {
  const { classes, input: [height, width] } = entry.network;
  const before = board.model;
  const sameForm = before !== null && JSON.stringify(before.form) === JSON.stringify(entry.network);
  board.model = {
    ...entry, classes, height, width, form: entry.network, network: new Network(entry.network, weights),
    query: `?model=${encodeURIComponent(entry.name)}`,
  };
  board.worker.postMessage({ model: entry.network, weights });
  if (sameForm) {
    board.panels.setNetwork(board.model.network);
  } else {
    byId("bars").replaceChildren();
    board.view = new View(classes, height, width);
    if (board.grid.width !== width || board.grid.height !== height) {
      board.grid.resize(width, height);
      board.picked = null;
    }
    board.panels.use(board.model.network, classes, width, height);
  }
  byId("layers").textContent = entry.layers;
  byId("task").textContent = entry.task;
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
