// A picture that was dropped, pasted, chosen or taken: the server finds its digits, and each gets a box to press.

class Picture {
  // `ask` returns a promise of what the server reads in a blob; `chosen` is called with a digit of it, or null.
  constructor(ask, chosen) {
    Object.assign(this, { ask, chosen });
    this.blob = null;
    this.at = 0; // which digit is chosen
    this.turn = 0; // of requests: a later one makes the answers of the others useless
    for (const id of ["file", "camera"]) {
      byId(id).addEventListener("change", (e) => {
        if (e.target.files.length > 0) {
          this.open(e.target.files[0]);
        }
        e.target.value = "";
      });
    }
  }

  // forget asks for a picture again.
  forget() {
    this.turn++;
    this.blob = null;
    byId("ask").hidden = false;
    byId("photo").hidden = true;
    byId("reading").textContent = "";
    this.chosen(null);
  }

  // open reads a picture; the same one again, for another model, with the same digit chosen.
  async open(blob) {
    const turn = ++this.turn;
    this.at = blob === this.blob ? this.at : 0;
    this.blob = blob;
    byId("reading").textContent = "Reading …";
    byId("trouble").hidden = true;
    let found;
    let shot = null;
    try {
      [found, shot] = await Promise.all([this.ask(blob), createImageBitmap(blob).catch(() => null)]);
    } catch (e) {
      if (turn === this.turn) {
        this.forget();
        trouble(e.message);
      }
      return;
    }
    if (turn === this.turn) {
      this.show(found, shot);
    }
  }

  // show shows what was found on the picture; `shot` is null if the browser cannot show it.
  show({ width, height, digits }, shot) {
    byId("ask").hidden = true;
    byId("photo").hidden = false;
    const canvas = byId("shot");
    const scale = Math.min(1, 1600 / Math.max(width, height));
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    byId("photo").style.aspectRatio = `${width} / ${height}`;
    byId("photo").style.width = `min(100%, ${(100 * width) / height}cqh)`;
    const context = canvas.getContext("2d");
    if (shot) {
      context.imageSmoothingEnabled = Math.max(width, height) > 200;
      context.drawImage(shot, 0, 0, canvas.width, canvas.height);
    }
    const boxes = byId("boxes");
    boxes.replaceChildren();
    digits.forEach((d, i) => {
      const [left, top, right, bottom] = d.box;
      const box = document.createElement("button");
      box.type = "button";
      box.className = "box";
      const sureness = Math.max(...d.probabilities);
      box.classList.toggle("doubtful", sureness < 0.8);
      box.setAttribute("aria-label", `Digit ${i + 1} of ${digits.length}: ${d.class}, ${sure(sureness)}`);
      box.setAttribute("aria-pressed", "false");
      box.style.left = `${(100 * left) / width}%`;
      box.style.top = `${(100 * top) / height}%`;
      box.style.width = `${(100 * (right - left)) / width}%`;
      box.style.height = `${(100 * (bottom - top)) / height}%`;
      const tag = document.createElement("span");
      tag.textContent = d.class;
      box.append(tag);
      box.addEventListener("click", () => this.choose(digits, i));
      boxes.append(box);
    });
    const lines = [];
    for (const d of digits) {
      lines[d.line] = (lines[d.line] ? `${lines[d.line]} ` : "") + d.class;
    }
    byId("reading").textContent = digits.length === 1 ? `One digit: ${digits[0].class}`
      : `${digits.length} digits: ${lines.filter(Boolean).join(" / ")}`;
    this.choose(digits, Math.min(this.at, digits.length - 1));
  }

  // choose takes digit i of those that were found.
  choose(digits, i) {
    this.at = i;
    Array.from(byId("boxes").children).forEach((b, k) => b.setAttribute("aria-pressed", String(k === i)));
    this.chosen(decodeBytes(digits[i].pixels));
  }
}
