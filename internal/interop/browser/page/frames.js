// Frames shows what has changed: what is in a hurry at once, the first time in each frame of the browser, and all else
// together in the next frame. A mouse moves up to eight thousand times a second.
class Frames {
  static short = 4; // ms: what takes longer is shown once a frame, and not twice

  constructor(show) {
    this.show = show;
    this.stale = false; // something changed that is not shown
    this.waiting = false; // for the next frame
    this.hurried = false; // in this frame
    this.took = 0; // ms, the last time
  }

  // later shows all in the next frame.
  later() {
    this.stale = true;
    if (!this.waiting) {
      this.waiting = true;
      requestAnimationFrame(() => {
        this.waiting = this.hurried = false;
        this.now();
      });
    }
  }

  // soon shows all at once, or else in the next frame: what the next frame is to have is then ready before it begins.
  soon() {
    this.later();
    if (!this.hurried && this.took < Frames.short) {
      this.hurried = true;
      this.now();
    }
  }

  now() {
    if (this.stale) {
      this.stale = false;
      const begun = performance.now();
      this.show();
      this.took = performance.now() - begun;
    }
  }
}
