// Explains beside the page. A message {model, weights} sets the network; {id, image, a, b} asks for the effects of its
// pixels and for the smallest change. Answers are {id, effects}, then {id, change}; what a newer message makes useless is
// given up.

let network = null;
let width = 0; // of its images, in pixels
let latest = 0;

const rest = (time) => new Promise((resolve) => setTimeout(resolve, time));

async function explain({ id, image, a, b }) {
  const effects = network.effects(image, a, b);
  postMessage({ id, effects });
  await rest(50); // while one draws, nobody reads what comes next, and the page has better use for the CPUs
  let change = null;
  const using = network;
  for (const to of id === latest ? rivals(network, image, width, 4) : []) {
    await rest();
    if (id !== latest || using !== network) {
      return;
    }
    const limit = change ? change.added + change.removed : 60;
    const found = changeTo(network, image, width, to, limit);
    if (found && (!change || found.added + found.removed < limit)) {
      change = found;
    }
  }
  if (id === latest) {
    postMessage({ id, change });
  }
}

onmessage = ({ data }) => {
  if (data.model) {
    network = new Network(data.model, data.weights);
    width = data.model.input[1];
    return;
  }
  latest = data.id;
  // What waits in the queue is newer: it is heard first.
  rest().then(() => {
    if (data.id === latest) {
      explain(data);
    }
  });
};
