// What goes wrong for a person at the page: requests that fail or are late, a server that goes and comes, a drawing that is
// taken away while one draws. Each scenario fails by an exception. See page.js.
const assert = require("assert");

const side = 28;

// network returns a network of one layer with so many classes, or of two, as the server's list has it, and its weights.
function network(classes, hidden) {
  const sizes = hidden ? [side * side, hidden, classes] : [side * side, classes];
  const steps = [{ kind: "affine", scale: [1 / 255], shift: [0] }];
  let at = 0;
  for (let i = 1; i < sizes.length; i++) {
    const kernel = { at, length: sizes[i - 1] * sizes[i] };
    const bias = { at: at + kernel.length, length: sizes[i] };
    at = bias.at + bias.length;
    steps.push({ kind: "dense", units: sizes[i], kernel, bias });
  }
  steps.push({ kind: "activation", function: "softmax" });
  const names = Array.from({ length: classes }, (_, i) => String(i));
  return [{ input: [side, side], classes: names, answer: "largest", steps }, Float32Array.from({ length: at }, (_, i) => Math.sin(i))];
}

// entry is a model in the server's list, and its weights.
function entry(name, version, hidden) {
  const [form, weights] = network(3, hidden);
  return { listed: { name, layers: "", task: "", network: form, weights: version, similar: true, read: true }, weights };
}

const [a, b, c] = ["a", "b", "c"].map((name) => entry(name, "1"));

// lists answers what is asked for the list of models.
async function lists(world, tag, ...models) {
  (await world.request("/board/models")).answer({ models: models.map((m) => m.listed), left_out: [] }, tag);
}

// weigh answers what is asked for a model's weights.
async function weigh(world, { listed, weights }) {
  (await world.request(`/board/weights?model=${listed.name}`)).answer(weights, `"${listed.weights}"`);
}

// open opens the page with the models a, b and c, of which it shows the first.
async function open(world) {
  await world.pass(20);
  await lists(world, "one", a, b, c);
  await weigh(world, a);
  await world.pass(20);
  assert.equal(world.get("board.model.name"), "a");
}

// begin draws a line with the mouse, whose button stays down.
function begin(world, id = "sheet") {
  const e = world.element(id);
  e.send("pointerdown", { clientX: 100, clientY: 50 });
  e.send("pointermove", { clientX: 120, clientY: 200 });
}

// draw draws a line.
async function draw(world, id = "sheet") {
  begin(world, id);
  world.element(id).send("pointerup");
  await world.pass(200);
}

const undo = (world) => world.document.send("keydown", { ctrlKey: true, key: "z" });

// choose chooses another model.
function choose(world, name) {
  world.element("model").value = name;
  world.element("model").send("change");
}

const text = (world, id) => world.element(id).textContent;

// trouble is what the page says that went wrong, if it is to be seen.
const trouble = (world) => (world.element("trouble").hidden ? "" : text(world, "trouble"));

const similar = { images: [{ class: "1", similarity: 0.9, pixels: "AAAA" }], of: 9 };

const board = {
  async "moves of a pen"(world) {
    await open(world);
    const sheet = world.element("sheet");
    const turn = () => world.get("board.turn");
    const before = turn();
    sheet.send("pointerdown", { clientX: 100, clientY: 50 });
    assert.equal(turn(), before + 1, "the first is answered at once");
    sheet.send("pointermove", { clientX: 110, clientY: 150 });
    sheet.send("pointermove", { clientX: 60, clientY: 160 });
    assert.equal(turn(), before + 1, "others wait for the frame");
    await world.pass(16);
    assert.equal(turn(), before + 2, "and are answered together");
    await world.pass(16);
    assert.equal(turn(), before + 2, "once");
    sheet.send("pointermove", { clientX: 70, clientY: 250 });
    assert.equal(turn(), before + 3, "the first of the next frame");
  },

  async "undo while the pen draws"(world) {
    await open(world);
    await draw(world);
    begin(world);
    undo(world);
    world.element("sheet").send("pointermove", { clientX: 250, clientY: 250 });
    assert.equal(world.get("board.drawing.strokes.length"), 1);
    assert.equal(world.get("board.drawing.strokes[0].length"), 2);
    undo(world);
    world.element("sheet").send("pointermove", { clientX: 250, clientY: 250 });
    world.element("sheet").send("pointerup");
    await draw(world);
    assert.equal(world.get("board.drawing.strokes.length"), 1);
  },

  async "undo while keys draw"(world) {
    await open(world);
    const key = (key) => world.element("sheet").send("keydown", { key });
    key(" ");
    key("ArrowDown");
    undo(world);
    key("ArrowDown");
    assert.equal(world.get("board.drawing.strokes.length"), 0);
    key(" ");
    key("ArrowDown");
    assert.equal(world.get("board.drawing.strokes[0].length"), 2);
  },

  async "undo while pixels are drawn"(world) {
    await open(world);
    world.get(`board.enter("pixels")`);
    begin(world, "grid");
    undo(world);
    world.element("grid").send("pointermove", { clientX: 250, clientY: 250 });
    assert.equal(world.get("board.grid.empty"), true);
  },

  async "a sheet that goes while one draws"(world) {
    await open(world);
    begin(world);
    world.get(`board.enter("picture")`);
    world.element("sheet").send("pointermove", { clientX: 50, clientY: 50 });
    assert.equal(world.get("board.drawing.plane.ink.some(Number.isNaN)"), false);
    world.get(`board.enter("pixels")`);
    begin(world, "grid");
    world.get(`board.enter("picture")`);
    world.element("grid").send("pointermove", { clientX: 50, clientY: 50 });
    assert.equal(world.get("Number.isNaN(board.grid.x)"), false);
  },

  async "undo beside a picture"(world) {
    await open(world);
    await draw(world);
    world.get(`board.enter("picture")`);
    undo(world);
    assert.equal(world.get("board.drawing.strokes.length"), 1);
  },

  async "a picture that cannot be read"(world) {
    await open(world);
    world.get("board.open({})");
    const digit = { box: [0, 0, 9, 9], line: 0, class: "1", probabilities: [0, 1, 0], pixels: Buffer.alloc(side * side, 1).toString("base64") };
    (await world.request("/board/read")).answer({ width: 9, height: 9, digits: [digit] });
    await world.pass(200);
    assert.notEqual(text(world, "best"), "");
    world.get("board.open({})");
    (await world.request("/board/read")).refuse(422, `{"error": "wanted a picture with digits"}`);
    await world.pass(200);
    assert.equal(text(world, "best"), "", "the digit of the picture before stays");
    assert.equal(trouble(world), "Wanted a picture with digits");
    world.get(`board.enter("pen")`);
    assert.equal(trouble(world), "", "who draws again has read it");
  },

  async "a picture without a model"(world) {
    await world.pass(20);
    world.element("file").send("change", { target: { files: [{}] } });
    await world.pass(20);
    assert.equal(trouble(world), "There is no model yet to read it.");
  },

  async "a server that goes before the first weights"(world) {
    await world.pass(20);
    await lists(world, "one", a, b, c);
    (await world.request("/board/weights")).lose();
    await world.pass(20);
    choose(world, "b");
    (await world.request("/board/weights?model=b")).lose();
    await world.pass(20);
    assert.equal(trouble(world), "The server does not answer.");
    choose(world, "b");
    await weigh(world, b);
    await world.pass(20);
    assert.equal(trouble(world), "");
    assert.equal(world.get("board.model.name"), "b");
  },

  async "a choice that fails after the next"(world) {
    await open(world);
    choose(world, "b");
    choose(world, "c");
    await weigh(world, c);
    await world.pass(20);
    (await world.request("/board/weights?model=b")).lose();
    await world.pass(20);
    assert.deepEqual([world.element("model").value, world.get("board.model.name"), trouble(world)], ["c", "c", ""]);
  },

  async "models that go and come"(world) {
    await open(world);
    await world.pass(3000);
    await lists(world, "two");
    await world.pass(20);
    assert.equal(trouble(world), "There is no model on this server.");
    await world.pass(3000);
    await lists(world, "one", a);
    await world.pass(20);
    assert.equal(trouble(world), "");
  },

  async "an error without words"(world) {
    await open(world);
    for (const body of ["null", "{}", "<html>"]) {
      choose(world, "b");
      (await world.request("/board/weights?model=b")).refuse(502, body);
      await world.pass(20);
      assert.equal(trouble(world), "Status 502");
    }
  },

  async "a suggestion of the model before"(world) {
    await open(world);
    await draw(world);
    world.get("board.explained({ id: board.turn, change: { image: new Uint8Array(9), answer: 1, added: 1, removed: 1 } })");
    choose(world, "b");
    await weigh(world, b);
    await world.pass(1);
    world.element("try").send("click");
    assert.equal(world.get("board.mode"), "pen");
  },

  async "similar images after a model was replaced"(world) {
    await open(world);
    await draw(world);
    (await world.request("/board/similar")).answer(similar);
    await world.pass(400);
    await world.pass(3000);
    const other = entry("a", "2", 5);
    await lists(world, "two", other, b, c);
    await weigh(world, other);
    await world.pass(500);
    (await world.request("/board/similar")).answer(similar);
    await world.pass(500);
    assert.equal(world.requests.some((r) => r.path.startsWith("/board/similar")), false, "asked again and again");
  },

  async "similar images of a model that is chosen again"(world) {
    await open(world);
    await draw(world);
    const late = await world.request("/board/similar?model=a");
    for (const m of [b, a]) {
      choose(world, m.listed.name);
      await weigh(world, m);
      await world.pass(200);
    }
    late.answer(similar);
    await world.pass(400);
    (await world.request("/board/similar?model=a")).answer(similar);
    await world.pass(20);
    assert.match(text(world, "similar-note"), /^The nearest of 9/);
  },

  async "similar images of a server that comes back"(world) {
    await open(world);
    await draw(world);
    (await world.request("/board/similar")).lose();
    await world.pass(20);
    assert.equal(text(world, "similar-note"), "The server does not answer.");
    await world.pass(3000);
    (await world.request("/board/models")).lose();
    await world.pass(20);
    assert.equal(text(world, "notice"), "The server does not answer. You can go on drawing.");
    await world.pass(3000);
    await lists(world, "one", a, b, c);
    await world.pass(20);
    (await world.request("/board/similar")).answer(similar);
    await world.pass(20);
    assert.match(text(world, "similar-note"), /^The nearest of 9/);
    assert.equal(text(world, "notice"), "");
  },
};

const state = {
  begun: 1, viewers: 1, phase: "running", epochs: 1000, steps: 10, epoch: 1, step: 0, loss: 0, accuracy: 0, learning_rate: 0.1,
  factor: 1, by_hand: false, since: 0, history: [], kept: [0], every: 1,
};

// results are the results of so many epochs.
const results = (epochs) => Array.from({ length: epochs }, (_, i) => ({ epoch: i + 1, loss: 1 / (i + 1), accuracy: 0.5, learning_rate: 0.1 }));

// tell tells the page what a run does.
async function tell(world, more) {
  world.streams[world.streams.length - 1].onmessage({ data: JSON.stringify({ ...state, ...more }) });
  await world.pass(1);
}

// give answers what is asked for the weights of epochs, in the order in which they are wanted.
async function give(world, ...epochs) {
  for (const epoch of epochs) {
    (await world.request(`/training/epochs/${epoch}/weights`)).answer(a.weights);
    await world.pass(20);
  }
}

// learn opens the page of a run that has learned for two epochs, all of which the page has.
async function learn(world) {
  await world.pass(20);
  await tell(world, { epoch: 3, kept: [0, 1, 2], history: results(2) });
  await lists(world, "one", a);
  await give(world, 2, 0, 1);
  assert.equal(world.get("training.shown"), 2);
}

const slide = async (world, epoch) => {
  world.element("epoch").value = String(epoch);
  world.element("epoch").send("input");
  await world.pass(20);
};

const shown = (world) => [world.get("training.shown"), text(world, "epoch-now")];

const training = {
  async "an epoch that is not kept any more"(world) {
    await learn(world);
    await slide(world, 1);
    await tell(world, { epoch: 5, kept: [0, 2, 4], since: 2, history: results(4).slice(2), every: 2 });
    await give(world, 4);
    assert.deepEqual(shown(world), [0, "0, untrained"]);
    assert.deepEqual(world.requests.map((r) => r.path), [], "asked for what is not kept");
  },

  async "an epoch that cannot be fetched"(world) {
    await learn(world);
    await tell(world, { epoch: 6, kept: [0, 1, 2, 3, 4, 5], since: 2, history: results(5).slice(2), phase: "finished" });
    await give(world, 5);
    (await world.request("/training/epochs/3/weights")).lose();
    await world.pass(20);
    await slide(world, 3);
    assert.deepEqual(shown(world), [2, "2"]);
    await slide(world, 4);
    assert.deepEqual(shown(world), [5, "5"]);
    assert.deepEqual(world.requests.map((r) => r.path), [], "asked a server that has gone");
  },

  async "another run at the same address"(world) {
    await learn(world);
    await slide(world, 0);
    await tell(world, { epoch: 3, kept: [0, 1, 2, 3], since: 2, history: results(3).slice(2) });
    const late = await world.request("/training/epochs/3/weights");
    world.streams[0].onerror();
    assert.equal(text(world, "notice"), "The server does not answer. You can go on drawing.");
    await tell(world, { begun: 2, phase: "waiting", epoch: 0, kept: [] });
    assert.equal(text(world, "notice"), "");
    late.answer(a.weights);
    await world.pass(20);
    assert.deepEqual([world.element("epoch").disabled, world.element("play").disabled], [true, true]);
    await tell(world, { begun: 2, epoch: 4, kept: [0, 1, 2, 3], history: results(3) });
    await lists(world, "two", b);
    await give(world, 3, 0, 1, 2);
    assert.equal(world.get("training.entry.name"), "b");
    assert.equal(world.get("training.history.length"), 3);
    assert.deepEqual(shown(world), [3, "3"]);
  },

  async "many pages, of which one is looked at"(world) {
    await learn(world);
    world.document.hidden = true;
    world.document.send("visibilitychange");
    await tell(world, { epoch: 3, kept: [0, 1, 2], viewers: 4, history: results(2) });
    assert.equal(world.streams[0].readyState, 1, "wanted to listen on as long as they are few");
    await tell(world, { epoch: 3, kept: [0, 1, 2], viewers: 5, history: results(2) });
    assert.deepEqual(world.streams.map((s) => s.readyState), [2]);
    await world.pass(3000);
    assert.deepEqual(world.streams.map((s) => s.readyState), [2, 1]);
    await tell(world, { epoch: 3, kept: [0, 1, 2], viewers: 5, history: results(2) });
    assert.deepEqual(world.streams.map((s) => s.readyState), [2, 2]);
    world.document.hidden = false;
    world.document.send("visibilitychange");
    await world.pass(4000);
    assert.deepEqual(world.streams.map((s) => s.readyState), [2, 2, 1]);
    assert.deepEqual(world.requests.map((r) => r.path), [], "fetched what is there");
  },

  async "a stream that is refused"(world) {
    await learn(world);
    world.streams[0].readyState = 2;
    world.streams[0].onerror();
    assert.equal(world.element("stop").disabled, true);
    await world.pass(3000);
    assert.equal(world.streams.length, 2);
    await tell(world, { epoch: 3, kept: [0, 1, 2], history: results(2) });
    assert.equal(world.element("stop").disabled, false);
    await tell(world, { epoch: 3, kept: [0, 1, 2], history: results(2), phase: "stopped" });
    await world.pass(9000);
    assert.deepEqual(world.streams.map((s) => s.readyState), [2, 2], "the run is over");
  },

  async "an order that fails"(world) {
    await learn(world);
    world.element("stop").send("click");
    (await world.request("/training/stop")).refuse(409, `{"error": "wanted a run that trains"}`);
    await world.pass(1);
    assert.equal(trouble(world), "Wanted a run that trains");
    world.element("pause").send("click");
    (await world.request("/training/pause")).answer({});
    await world.pass(1);
    assert.equal(trouble(world), "");
  },

  async "rates of any size"(world) {
    await learn(world);
    for (const [rate, wanted] of [[256, "256"], [100, "100"], [0.0005, "0.0005"], [1e-7, "1e-7"], [0.123456, "0.123"]]) {
      await tell(world, { epoch: 3, kept: [0, 1, 2], since: 2, learning_rate: rate });
      assert.equal(text(world, "rate"), wanted);
    }
  },

  async "results that are no numbers"(world) {
    await learn(world);
    await tell(world, {
      epoch: 3, kept: [0, 1, 2, 3], since: 2, phase: "finished", test: { loss: "NaN", accuracy: 0.1 },
      history: [{ epoch: 3, loss: "+Inf", accuracy: 0.1, val_loss: "NaN", val_accuracy: 0.1, learning_rate: 1 }],
    });
    await world.pass(20);
    assert.match(text(world, "progress"), /loss NaN/);
  },

  async "a picture before the network"(world) {
    await world.pass(20);
    await tell(world, { phase: "waiting", epoch: 0, kept: [] });
    world.get("board.open({})");
    await world.pass(20);
    assert.equal(trouble(world), "There is no model yet to read it.");
  },
};

module.exports = { scenarios: { board, training } };
