// The pen: mouse, finger, stylus and keys become strokes of a drawing.

class Pen {
  // `changed` is called after each change of the drawing or of the keyboard's pen; `brush` returns the width of a line.
  constructor(element, drawing, brush, changed) {
    Object.assign(this, { element, drawing, brush, changed });
    this.pointer = null; // the id of the one that draws
    this.cursor = null; // where the keyboard's pen is: {x, y, down}
    this.box = null; // where the element is, in this frame
    element.addEventListener("pointerdown", (e) => this.down(e));
    // A browser holds moves back until its next frame. Where it also tells of them at once, which it does to pages that nobody
    // can have changed on their way, the answer is there before that frame.
    element.addEventListener("onpointerrawupdate" in window ? "pointerrawupdate" : "pointermove", (e) => this.move(e));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      element.addEventListener(end, (e) => this.up(e));
    }
    element.addEventListener("touchstart", (e) => e.preventDefault(), { passive: false }); // no zoom by two taps
    element.addEventListener("keydown", (e) => this.key(e));
    element.addEventListener("blur", () => this.lift());
  }

  // place returns where the element is. To find that out, the browser may have to lay out the page, so it is asked once a frame.
  place() {
    if (!this.box) {
      this.box = this.element.getBoundingClientRect();
      requestAnimationFrame(() => { this.box = null; });
    }
    return this.box;
  }

  // point returns where an event is on the drawing, with the width of the line there: a stylus draws a line of half to
  // one and a half times the brush, as hard as it is pressed.
  point(event) {
    const box = this.place();
    const scale = Drawing.side / box.width;
    const pressure = event.pointerType === "pen" && event.pressure > 0 ? 0.5 + event.pressure : 1;
    return {
      x: (event.clientX - box.left) * scale,
      y: (event.clientY - box.top) * scale,
      width: this.brush() * pressure,
    };
  }

  down(event) {
    if (this.pointer !== null || event.button !== 0) {
      return; // a second finger, or the palm
    }
    this.pointer = event.pointerId;
    this.cursor = null;
    this.element.setPointerCapture(event.pointerId);
    this.drawing.begin(this.point(event));
    this.changed();
  }

  move(event) {
    if (event.pointerId !== this.pointer) {
      return;
    }
    const all = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    for (const e of all.length > 0 ? all : [event]) {
      this.drawing.extend(this.point(e));
    }
    this.changed();
  }

  up(event) {
    if (event.pointerId === this.pointer) {
      this.pointer = null;
    }
  }

  // key moves the keyboard's pen by a tenth of a digit's size; with Shift, by a third of that.
  key(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || (!move && event.key !== " " && event.key !== "Escape")) {
      return;
    }
    event.preventDefault();
    if (event.key === "Escape") {
      this.lift();
      return;
    }
    const cursor = this.cursor || { x: Drawing.side / 2, y: Drawing.side / 4, down: false };
    if (move) {
      const step = event.shiftKey ? 7 : 21;
      cursor.x = Math.min(Math.max(cursor.x + step * move[0], 14), Drawing.side - 14);
      cursor.y = Math.min(Math.max(cursor.y + step * move[1], 14), Drawing.side - 14);
    } else {
      cursor.down = !cursor.down;
    }
    this.cursor = cursor;
    if (cursor.down) {
      const point = { x: cursor.x, y: cursor.y, width: this.brush() };
      if (move) {
        this.drawing.extend(point);
      } else {
        this.drawing.begin(point);
      }
    }
    this.changed();
  }

  // rest ends the stroke that is drawn now, which is taken away or whose sheet is hidden.
  rest() {
    this.pointer = null;
    if (this.cursor) {
      this.cursor.down = false;
    }
  }

  // lift ends what the keyboard's pen draws.
  lift() {
    if (this.cursor) {
      this.cursor = null;
      this.changed();
    }
  }
}
