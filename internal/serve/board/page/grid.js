// The sheet as pixels: each can be turned on and off, with keys alone.

class Grid {
  // `changed` is called after each change of a pixel or of the cursor; `said` is told what a screen reader should say.
  constructor(element, width, height, changed, said) {
    Object.assign(this, { element, changed, said });
    this.pointer = null; // the id of the one that draws
    this.value = 255; // what it leaves
    this.resize(width, height);
    element.addEventListener("pointerdown", (e) => this.down(e));
    element.addEventListener("pointermove", (e) => this.move(e));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      element.addEventListener(end, (e) => this.up(e));
    }
    element.addEventListener("touchstart", (e) => e.preventDefault(), { passive: false });
    element.addEventListener("keydown", (e) => this.key(e));
    element.addEventListener("focus", () => this.changed());
    element.addEventListener("blur", () => this.changed());
  }

  // resize makes an empty grid of another size.
  resize(width, height) {
    Object.assign(this, { width, height });
    this.cells = new Uint8Array(width * height);
    this.before = []; // grids that undo brings back
    this.x = width >> 1;
    this.y = height >> 2;
  }

  get empty() {
    return this.cells.every((v) => v === 0);
  }

  // remember keeps the pixels for undo.
  remember() {
    this.before.push(this.cells.slice());
    if (this.before.length > 200) {
      this.before.shift();
    }
  }

  // set replaces all pixels.
  set(cells) {
    this.remember();
    this.cells = Uint8Array.from(cells);
    this.changed();
  }

  // rest ends the stroke that is drawn now.
  rest() {
    this.pointer = null;
  }

  undo() {
    if (this.before.length > 0) {
      this.cells = this.before.pop();
      this.changed();
    }
  }

  place(event) {
    const box = this.element.getBoundingClientRect();
    this.x = clip(Math.floor(((event.clientX - box.left) / box.width) * this.width), 0, this.width - 1);
    this.y = clip(Math.floor(((event.clientY - box.top) / box.height) * this.height), 0, this.height - 1);
  }

  down(event) {
    if (this.pointer !== null || event.button !== 0) {
      return;
    }
    this.pointer = event.pointerId;
    this.element.setPointerCapture(event.pointerId);
    this.place(event);
    this.remember();
    this.value = this.cells[this.y * this.width + this.x] > 127 ? 0 : 255;
    this.paint(this.value);
  }

  move(event) {
    if (event.pointerId !== this.pointer) {
      return;
    }
    const all = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    for (const e of all.length > 0 ? all : [event]) {
      this.place(e);
      this.cells[this.y * this.width + this.x] = this.value;
    }
    this.changed();
  }

  up(event) {
    if (event.pointerId === this.pointer) {
      this.pointer = null;
    }
  }

  paint(value) {
    this.cells[this.y * this.width + this.x] = value;
    this.changed();
  }

  key(event) {
    const moves = {
      ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
      Home: [-this.width, 0], End: [this.width, 0], PageUp: [0, -this.height], PageDown: [0, this.height],
    };
    const move = moves[event.key];
    const here = this.cells[this.y * this.width + this.x];
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (move) {
      this.x = clip(this.x + move[0], 0, this.width - 1);
      this.y = clip(this.y + move[1], 0, this.height - 1);
      if (event.shiftKey) {
        this.remember();
        this.paint(255);
      }
    } else if (event.key === " ") {
      this.remember();
      this.paint(here > 127 ? 0 : 255);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.remember();
      this.paint(0);
    } else {
      return;
    }
    event.preventDefault();
    const ink = this.cells[this.y * this.width + this.x];
    const what = ink === 0 ? "empty" : ink === 255 ? "ink" : `ink ${Math.round(ink / 2.55)} percent`;
    this.said(`row ${this.y + 1}, column ${this.x + 1}: ${what}`);
    this.changed();
  }

  // show draws the grid.
  show() {
    const canvas = this.element;
    const size = Math.round(canvas.clientWidth * (window.devicePixelRatio || 1));
    if (canvas.width !== size) {
      canvas.width = canvas.height = size;
    }
    const context = canvas.getContext("2d");
    const [paper, ink] = [rgb("--sheet"), rgb("--ink")];
    const edge = (i, n) => Math.round((i * size) / n);
    context.fillStyle = color("--sheet");
    context.fillRect(0, 0, size, size);
    for (let y = 0, i = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++, i++) {
        if (this.cells[i] > 0) {
          context.fillStyle = `rgb(${mix(paper, ink, this.cells[i] / 255).join()})`;
          context.fillRect(edge(x, this.width), edge(y, this.height), edge(x + 1, this.width) - edge(x, this.width),
            edge(y + 1, this.height) - edge(y, this.height));
        }
      }
    }
    context.fillStyle = color("--line");
    for (let x = 1; x < this.width; x++) {
      context.fillRect(edge(x, this.width), 0, 1, size);
    }
    for (let y = 1; y < this.height; y++) {
      context.fillRect(0, edge(y, this.height), size, 1);
    }
    if (document.activeElement === canvas && this.pointer === null) {
      context.strokeStyle = color("--accent");
      context.lineWidth = Math.max(3, size / 140);
      context.strokeRect(edge(this.x, this.width), edge(this.y, this.height), size / this.width, size / this.height);
    }
  }
}
