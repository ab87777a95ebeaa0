// A training that goes on: its progress, its curves, and the network after each of its epochs, which answers for the drawing.

const phases = {
  waiting: "Waiting", running: "Training", paused: "Paused", stopping: "Stopping", testing: "Testing",
  finished: "Finished", stopped: "Stopped", failed: "Failed",
};

let training = null; // what the page shows

// watch shows the training on a board, from now on.
function watch(board) {
  training = new Training(board);
  training.begin();
}

class Training {
  constructor(board) {
    this.board = board;
    this.entry = null; // what the server's list says of the network
    this.state = null; // what the last event said
    this.history = []; // the result of each epoch
    this.weights = new Map(); // by epoch
    this.chosen = 0; // the epoch whose network answers
    this.following = true; // the latest epoch is chosen
    this.fetching = false;
    this.missing = new Set(); // epochs that could not be fetched since the last event
    this.player = null; // the timer of Play
    this.charts = new Charts(this);
    this.hearBoard();
    this.listen();
  }

  // begin listens to the server's events until the run is over.
  begin() {
    byId("model").parentElement.replaceChildren(byId("layers"));
    this.stream = new Stream("/training/events", (state) => {
      this.hear(state);
      return document.hidden && state.viewers > 4;
    }, () => {
      notice("gone", "The server does not answer. You can go on drawing.");
      this.enable(false);
    }, () => this.over());
  }

  over() {
    return Boolean(this.state) && ["finished", "stopped", "failed"].includes(this.state.phase);
  }

  // hearBoard is told of each image that the board shows.
  hearBoard() {
    const { board } = this;
    const show = board.show.bind(board);
    board.show = () => {
      show();
      this.charts.drawn(board.image);
    };
    const read = board.read.bind(board);
    board.read = async (blob) => { // the server has read it with its latest network
      const found = await read(blob);
      const { network, classes } = board.model;
      for (const d of found.digits) {
        d.probabilities = Array.from(network.probabilities(network.scores(decodeBytes(d.pixels))));
        d.class = classes[d.probabilities.indexOf(Math.max(...d.probabilities))];
      }
      return found;
    };
  }

  listen() {
    byId("pause").addEventListener("click", () => this.order(this.state.phase === "paused" ? "resume" : "pause"));
    byId("one").addEventListener("click", () => this.order("resume", { epochs: 1 }));
    byId("stop").addEventListener("click", () => this.order("stop"));
    byId("halve").addEventListener("click", () => this.order("rate", { times: 0.5 }));
    byId("double").addEventListener("click", () => this.order("rate", { times: 2 }));
    byId("epoch").addEventListener("input", () => {
      this.rest();
      this.choose(Number(byId("epoch").value));
    });
    byId("follow").addEventListener("change", () => {
      this.rest();
      this.following = byId("follow").checked;
      this.next();
    });
    byId("play").addEventListener("click", () => (this.player ? this.rest() : this.play()));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.charts.draw());
  }

  // order asks the server to do something with the run.
  async order(what, body) {
    try {
      await ask(`/training/${what}`, { method: "POST", body: body ? JSON.stringify(body) : undefined });
      byId("trouble").hidden = true; // of an order before
    } catch (e) {
      trouble(e.message);
    }
  }

  // hear takes an event of the server.
  async hear(state) {
    let before = this.state;
    if (before && before.begun !== state.begun) {
      before = null;
      this.forget();
    }
    this.state = state;
    if (state.since === 0) {
      this.history = state.history;
    } else {
      this.history = this.history.slice(0, state.since).concat(state.history);
    }
    for (const epoch of this.weights.keys()) {
      if (!state.kept.includes(epoch)) {
        this.weights.delete(epoch);
        this.charts.way.delete(epoch);
      }
    }
    this.missing.clear();
    notice("gone", "");
    this.board.back();
    this.tell(before);
    if (!this.entry && state.kept.length > 0) {
      await this.meet();
    }
    this.next();
    this.charts.draw();
  }

  // forget drops what is known of a run: there is another one at the same address.
  forget() {
    this.rest();
    Object.assign(this, { entry: null, history: [], weights: new Map(), shown: undefined, following: true });
    this.charts.way.clear();
    this.board.asked = ""; // it may learn other images
    for (const id of ["epoch", "play"]) {
      byId(id).disabled = true;
    }
    byId("kept").hidden = true;
  }

  // meet asks the server what the network is like.
  async meet() {
    try {
      const { models, left_out: leftOut } = await (await ask("/board/models")).json();
      if (models.length === 0) {
        trouble(leftOut.length > 0 ? leftOut[0].reason : "There is no network yet.");
        this.entry = {};
        return;
      }
      [this.entry] = models;
    } catch (e) {
      trouble(e.message);
    }
  }

  // tell says what the run is doing.
  tell(before) {
    const s = this.state;
    byId("phase").textContent = phases[s.phase];
    const parts = [];
    if (s.phase === "finished" && s.test) {
      parts.push(`after ${s.epoch} of ${s.epochs} epochs: test accuracy ${percent(s.test.accuracy)}, loss ${Number(s.test.loss).toFixed(4)}`);
    } else if (s.phase === "paused" && s.epoch < 2 && s.step === 0) {
      parts.push("before the first step: draw a digit, then press Go on");
    } else if (s.epoch > 0) {
      parts.push(`epoch ${s.epoch} of ${s.epochs}`);
      if (!this.over()) {
        parts.push(`step ${s.step} of ${s.steps}`);
      }
      if (s.step > 0) {
        parts.push(`loss ${Number(s.loss).toFixed(4)}`, `accuracy ${percent(s.accuracy)}`);
      }
    }
    if (s.message) {
      parts.push(s.message);
    }
    byId("progress").textContent = parts.join(", ");
    document.title = s.epoch > 0 ? `${phases[s.phase]}: epoch ${s.epoch} of ${s.epochs} – dnn` : `${phases[s.phase]} – dnn`;
    const done = s.steps > 0 ? (Math.max(s.epoch - 1, 0) + s.step / s.steps) / s.epochs : 0;
    byId("done").style.transform = `scaleX(${s.phase === "finished" ? 1 : done})`;
    const rate = s.learning_rate ? String(Number(s.learning_rate.toPrecision(3))) : "";
    byId("rate").textContent = s.factor === 1 ? rate : `${rate} (× ${Number(s.factor.toPrecision(3))})`;
    byId("by-hand").hidden = !s.by_hand;
    byId("pause").textContent = s.phase === "paused" ? "Go on" : "Pause";
    this.enable(["running", "paused", "waiting"].includes(s.phase));
    for (const e of document.querySelectorAll(".training .controls")) {
      e.hidden = this.over();
    }
    if (s.every > 1) {
      byId("kept").hidden = false;
      byId("kept").textContent = `There is room for the weights of every ${s.every}th epoch, and of the latest.`;
    }
    if (!before || before.phase !== s.phase) { // a screen reader hears of phases, not of each step
      byId("told").textContent = `${phases[s.phase]} ${parts[0] || ""}`;
    }
  }

  enable(yes) {
    for (const id of ["pause", "one", "stop", "halve", "double"]) {
      byId(id).disabled = !yes;
    }
    byId("one").disabled = !yes || this.state.phase !== "paused";
  }

  // choose lets the network after an epoch answer: the nearest one that is kept.
  choose(epoch) {
    const { kept } = this.state;
    this.chosen = nearest(kept, epoch);
    this.following = this.chosen === kept[kept.length - 1] && !this.player;
    this.next();
  }

  // next shows the chosen epoch's network if it is here, and fetches the one that is wanted most if it is not. One request
  // goes on at a time, so an epoch that is over before it was fetched is left out. An epoch that is not kept any more, or cannot
  // be fetched, gives way to the nearest one, so that the page never names another than it shows.
  async next() {
    if (!this.entry || !this.entry.network || !this.state) {
      return;
    }
    const { weights, state: { kept } } = this;
    const best = this.following ? kept[kept.length - 1] : this.chosen;
    const here = this.missing.has(best) ? kept.filter((e) => weights.has(e)) : [];
    this.chosen = nearest(here.length > 0 ? here : kept, best);
    this.slide();
    if (this.weights.has(this.chosen) && this.shown !== this.chosen) {
      this.shown = this.chosen;
      this.set(this.weights.get(this.chosen));
      this.charts.draw();
    }
    const wanted = [this.chosen, ...this.points()].find((e) => !weights.has(e) && !this.missing.has(e));
    if (wanted === undefined || this.fetching) {
      return;
    }
    this.fetching = true;
    try {
      const response = await ask(`/training/epochs/${wanted}/weights`);
      const numbers = new Float32Array(await response.arrayBuffer());
      if (weights === this.weights) { // else they are of another run
        weights.set(wanted, numbers);
        this.charts.follow(wanted);
      }
    } catch (e) {
      for (const epoch of e.gone ? this.state.kept : [wanted]) { // it is not kept any more, or none can be had
        this.missing.add(epoch);
      }
    } finally {
      this.fetching = false;
    }
    this.next();
  }

  // set lets the board compute with other weights. The model is the same to those who have asked about it, and a picture is not
  // read again.
  set(weights) {
    const { board } = this;
    const { model: before, picture: { blob } } = board;
    board.picture.blob = null;
    setModel(board, this.entry, weights);
    board.picture.blob = blob;
    if (before) {
      board.model = Object.assign(before, board.model);
    }
  }

  // points returns the epochs of which the curve of the drawing is made: as many as are worth their memory.
  points() {
    const bytes = 4 * this.entry.network.steps.reduce((sum, s) => sum + (s.kernel ? s.kernel.length : 0), 0);
    const most = Math.max(2, Math.min(100, Math.floor((64 << 20) / bytes)));
    return thin(this.state.kept, most);
  }

  // slide moves the slider.
  slide() {
    const { kept } = this.state;
    const slider = byId("epoch");
    [slider.min, slider.max] = [kept[0], kept[kept.length - 1]];
    slider.value = this.chosen;
    slider.disabled = kept.length < 2;
    byId("play").disabled = kept.length < 2;
    byId("follow").checked = this.following;
    byId("epoch-now").textContent = this.chosen === 0 ? "0, untrained" : String(this.chosen);
    slider.setAttribute("aria-valuetext", byId("epoch-now").textContent);
  }

  // play goes through the epochs from the first to the last, in some seconds.
  play() {
    const all = this.points();
    let at = 0;
    byId("play").textContent = "Halt";
    this.player = setInterval(() => {
      if (at === all.length) {
        this.rest();
        this.choose(all[at - 1]);
        return;
      }
      if (at === 0 || this.shown === this.chosen) { // else it waits for weights
        this.choose(all[at++]);
      }
    }, Math.max(120, Math.min(700, 8000 / all.length)));
  }

  rest() {
    clearInterval(this.player);
    this.player = null;
    byId("play").textContent = "Play";
  }
}

// nearest returns the one of some epochs that is the nearest to an epoch.
function nearest(epochs, epoch) {
  return epochs.reduce((a, b) => (Math.abs(b - epoch) < Math.abs(a - epoch) ? b : a));
}
