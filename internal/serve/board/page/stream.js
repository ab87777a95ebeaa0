// The events of a training, as the server sends them.

// Stream listens to server-sent events. `hear` gets each and returns whether it may be the last for a while: of a page that is
// not looked at, if many are open. A browser has six connections for all pages of a server, and each stream takes one of them.
class Stream {
  // `lost` is called when the server does not answer, `over` reports whether there is nothing more to hear.
  constructor(path, hear, lost, over) {
    Object.assign(this, { path, hear, lost, over });
    this.timer = null; // until it is asked again
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.source.readyState === 2) {
        this.open();
      }
    });
    this.open();
  }

  open() {
    clearTimeout(this.timer);
    if (this.over()) {
      return;
    }
    this.source = new EventSource(this.path);
    this.source.onmessage = (e) => {
      if (this.hear(JSON.parse(e.data)) || this.over()) {
        this.source.close();
        this.wait();
      }
    };
    this.source.onerror = () => {
      this.lost();
      if (this.source.readyState === 2) { // closed: it was refused, and the browser does not try again
        this.wait();
      }
    };
  }

  wait() {
    this.timer = setTimeout(() => this.open(), followInterval);
  }
}
