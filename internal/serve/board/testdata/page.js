// Runs the page's scripts in a browser that is not there: `node page.js SCRIPT WORDS`, where WORDS of the file scenarios.js say
// which. Time is the script's own: it goes on when a scenario says so, and no sooner. What is printed is an array with the name
// of each scenario and what went wrong, "" for nothing.
const fs = require("fs");
const path = require("path");
const vm = require("vm");

// settle lets all promises that can be kept be kept.
const settle = async () => {
  for (let i = 0; i < 5; i++) {
    await new Promise(setImmediate);
  }
};

// Element is as much of an element as the scripts use.
class Element {
  constructor(world) {
    Object.assign(this, { world, textContent: "", hidden: false, disabled: false, checked: false, value: "", style: {}, dataset: {} });
    Object.assign(this, { children: [], attributes: {}, heard: [], clientWidth: 280, width: 280, height: 280, cells: [], rows: [] });
    this.classList = { add() {}, remove() {}, toggle() {} };
  }

  get firstChild() {
    return this.children[0];
  }

  get parentElement() {
    return this.world.element("parent");
  }

  get options() {
    return this.children;
  }

  append(...all) {
    this.children.push(...all);
  }

  replaceChildren(...all) {
    this.children = all;
    this.rows = [];
    const chosen = all.find((e) => e.selected);
    if (chosen) {
      this.value = chosen.value;
    }
  }

  insertRow() {
    const row = new Element(this.world);
    this.rows.push(row);
    row.append = (...all) => row.cells.push(...all);
    row.insertCell = () => {
      row.cells.push(new Element(this.world));
      return row.cells[row.cells.length - 1];
    };
    return row;
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  removeAttribute(name) {
    delete this.attributes[name];
  }

  addEventListener(kind, act) {
    this.heard.push([kind, act]);
  }

  // send sends an event, as a browser does.
  send(kind, event = {}) {
    for (const [heard, act] of [...this.heard]) {
      if (heard === kind) {
        act({ preventDefault() {}, target: this, button: 0, pointerId: 1, pointerType: "mouse", ...event });
      }
    }
  }

  // getBoundingClientRect is empty if the element's mode is hidden.
  getBoundingClientRect() {
    const side = this.mode && this.world.element(this.mode).hidden ? 0 : 280;
    return { left: 0, top: 0, width: side, height: side };
  }

  setPointerCapture() {}

  // getContext returns one that draws nothing.
  getContext() {
    const draws = { createImageData: (w, h) => ({ data: new Uint8ClampedArray(4 * w * h) }) };
    return new Proxy(draws, { get: (all, name) => all[name] || (() => null), set: () => true });
  }
}

// World is a browser with the page, and its server.
class World {
  // `training` says whether it is the page of a training.
  constructor(script, training) {
    this.now = 0;
    this.timers = [];
    this.elements = new Map();
    this.requests = []; // that wait for an answer: {path, options, answer, refuse, lose}
    this.messages = []; // to the worker
    this.streams = [];
    this.element("sheet").mode = "pen";
    this.element("grid").mode = "pixels";
    this.element("brush").value = "20";
    const world = this;
    const document = Object.assign(new Element(this), {
      hidden: false,
      documentElement: new Element(this),
      getElementById: (id) => (id === "training" && !training ? null : this.element(id)),
      querySelector: (selector) => this.element(selector),
      querySelectorAll: () => [],
      getElementsByClassName: () => [],
      createElement: () => new Element(this),
      createElementNS: () => new Element(this),
    });
    this.document = document;
    // What may wait for as long as the browser likes, as the compilation of what comes, is not done.
    const window = Object.assign(new Element(this), { requestIdleCallback: () => null });
    const after = (act, time) => {
      this.timers.push({ at: this.now + (time || 0), act });
      return this.timers[this.timers.length - 1];
    };
    this.context = vm.createContext({
      document, window, world, atob, clearInterval: (t) => this.forget(t), clearTimeout: (t) => this.forget(t),
      createImageBitmap: async () => null,
      EventSource: class {
        constructor() {
          this.readyState = 1;
          world.streams.push(this);
        }

        close() {
          this.readyState = 2;
        }
      },
      fetch: (path, options) => new Promise((keep, fail) => {
        this.requests.push({
          path, options, lose: () => fail(new TypeError("Failed to fetch")),
          answer: (body, tag) => keep({
            ok: true, headers: { get: () => tag }, json: async () => body, arrayBuffer: async () => body.buffer }),
          refuse: (status, body) => keep({ ok: false, status, statusText: "", json: async () => JSON.parse(body) }),
        });
      }),
      getComputedStyle: () => ({ getPropertyValue: () => "#123456" }),
      matchMedia: () => new Element(this),
      performance: { now: () => this.now },
      Option: function (text, value, _, selected) {
        Object.assign(this, { text, value, selected });
      },
      requestAnimationFrame: (act) => after(act, 16),
      requestIdleCallback: (act, { timeout }) => timeout && after(act, timeout),
      setInterval: (act, time) => {
        const timer = after(() => {
          act();
          Object.assign(timer, { at: this.now + time });
          this.timers.push(timer);
        }, time);
        return timer;
      },
      setTimeout: after,
      Worker: class {
        postMessage(message) {
          world.messages.push(message);
        }
      },
    });
    vm.runInContext(script, this.context);
  }

  element(id) {
    if (!this.elements.has(id)) {
      this.elements.set(id, new Element(this));
    }
    return this.elements.get(id);
  }

  forget(timer) {
    this.timers = this.timers.filter((t) => t !== timer);
  }

  // pass lets time go on, in milliseconds.
  async pass(time) {
    const end = this.now + time;
    for (;;) {
      await settle();
      this.timers.sort((a, b) => a.at - b.at);
      if (this.timers.length === 0 || this.timers[0].at > end) {
        break;
      }
      const [next] = this.timers.splice(0, 1);
      this.now = Math.max(this.now, next.at);
      next.act();
    }
    this.now = end;
  }

  // request takes the oldest request for a path that waits.
  async request(path) {
    await settle();
    const i = this.requests.findIndex((r) => r.path.startsWith(path));
    if (i < 0) {
      throw new Error(`wanted a request for ${path}, found ${this.requests.map((r) => r.path).join(", ") || "none"}`);
    }
    return this.requests.splice(i, 1)[0];
  }

  // get returns what an expression is in the page.
  get(expression) {
    return vm.runInContext(expression, this.context);
  }
}

(async () => {
  const [, , file, training] = process.argv;
  const script = fs.readFileSync(file, "utf8");
  const { scenarios } = require(path.resolve(__dirname, "scenarios.js"));
  const results = [];
  let lost = null;
  process.on("unhandledRejection", (e) => { lost = e; });
  for (const [name, scenario] of Object.entries(scenarios[training === "training" ? "training" : "board"])) {
    lost = null;
    let wrong = null;
    try {
      await scenario(new World(script, training === "training"));
      await settle();
    } catch (e) {
      wrong = e;
    }
    wrong = wrong || lost;
    results.push({ Name: name, Wrong: wrong ? String(wrong.stack).slice(0, 600) : "" });
  }
  console.log(JSON.stringify(results));
})();
