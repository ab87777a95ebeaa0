// The page: it shows the drawing, the image that is made of it, and what the network says.

const byId = (id) => document.getElementById(id);

// View writes results into the page.
class View {
  constructor(classes, height, width) {
    Object.assign(this, { classes, height, width });
    this.shown = classes.length <= 10 ? classes.length : 10; // rows of the table
    this.drawn = {}; // what is on the canvas of the drawing: {strokes, lines, ink, size, cursor}
    const body = byId("bars");
    for (let i = 0; i < this.shown; i++) {
      const row = body.insertRow();
      const name = document.createElement("th");
      name.scope = "row";
      name.textContent = classes[i];
      const track = document.createElement("div");
      track.className = "track";
      track.append(document.createElement("div"));
      row.append(name);
      row.insertCell().append(track);
      row.insertCell();
    }
    for (const id of ["seen", "heat"]) {
      byId(id).width = width;
      byId(id).height = height;
    }
  }

  // drawing shows the strokes, and the keyboard's pen if it is used. Lines that are on the canvas already are not drawn again.
  drawing(drawing, cursor) {
    const canvas = byId("sheet");
    const size = Math.round(canvas.clientWidth * (window.devicePixelRatio || 1));
    const { strokes } = drawing;
    const ink = color("--ink");
    const before = this.drawn;
    const done = before.strokes === strokes && before.ink === ink && before.size === size && !before.cursor ? before.lines : 0;
    if (before.size !== size) {
      canvas.width = canvas.height = size;
    }
    const context = canvas.getContext("2d");
    context.setTransform(size / Drawing.side, 0, 0, size / Drawing.side, 0, 0);
    if (done === 0) {
      context.clearRect(0, 0, Drawing.side, Drawing.side);
    }
    context.lineCap = "round";
    context.strokeStyle = ink;
    let lines = 0;
    for (const stroke of strokes) {
      for (let i = Math.max(done - lines, 0); i < stroke.length; i++) {
        const [from, to] = [stroke[Math.max(i - 1, 0)], stroke[i]];
        context.lineWidth = (from.width + to.width) / 2;
        context.beginPath();
        context.moveTo(from.x, from.y);
        context.lineTo(to.x, to.y);
        context.stroke();
      }
      lines += stroke.length;
    }
    this.drawn = { strokes, lines, ink, size, cursor };
    if (cursor) {
      context.lineWidth = 3;
      context.strokeStyle = color("--accent");
      context.fillStyle = color(cursor.down ? "--accent" : "--paper");
      context.beginPath();
      context.arc(cursor.x, cursor.y, 9, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    }
    byId("hint").hidden = !drawing.empty || cursor !== null;
  }

  // answer shows the class, and a bar for each; `order` is the classes from the likeliest, null if nothing is drawn.
  answer(probabilities, order) {
    const best = order && this.classes[order[0]];
    setText(byId("best"), best || "");
    byId("best").classList.toggle("long", Boolean(best) && best.length > 2);
    setText(byId("second"), order
      ? sure(probabilities[order[0]]) + then(this.classes[order[1]], probabilities[order[1]])
      : "Nothing is drawn yet.");
    const inOrder = this.shown < this.classes.length && order;
    Array.from(byId("bars").rows).forEach((row, i) => {
      const at = inOrder ? order[i] : i;
      const p = order ? probabilities[at] : 0;
      setText(row.cells[0], this.classes[at]);
      row.title = this.classes[at]; // there may be no room for it
      row.cells[1].firstChild.firstChild.style.transform = `scaleX(${p.toFixed(4)})`;
      setText(row.cells[2], order ? sure(p) : "");
      row.classList.toggle("best", Boolean(order) && at === order[0]);
    });
  }

  // seen shows the image that the network gets.
  seen(image) {
    const [paper, ink] = [rgb("--sheet"), rgb("--ink")];
    fill(byId("seen"), (i) => mix(paper, ink, image ? image[i] / 255 : 0));
  }

  // heat shows the effects of pixels: red for the answer, blue against it, the stronger the farther.
  heat(image, effects) {
    const [paper, ink, red, blue] = ["--sheet", "--ink", "--for", "--against"].map(rgb);
    const most = effects ? effects.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-30) : 1;
    fill(byId("heat"), (i) => {
      const ground = mix(paper, ink, image ? (0.22 * image[i]) / 255 : 0);
      const effect = effects ? effects[i] / most : 0;
      return mix(ground, effect > 0 ? red : blue, Math.sqrt(Math.abs(effect)));
    });
  }
}

// fill gives each pixel of a canvas a color [red, green, blue].
function fill(canvas, colorOf) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  const { data } = image;
  for (let i = 0, k = 0; k < data.length; i++, k += 4) {
    const c = colorOf(i);
    data[k] = c[0];
    data[k + 1] = c[1];
    data[k + 2] = c[2];
    data[k + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

// setText changes the text of an element, which costs something even if it is the same.
function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

// Colors of the style sheet: the browser would work out all styles for each question. They are forgotten when the scheme
// changes.
const colors = new Map();

// color returns a color of the style sheet.
function color(name) {
  if (!colors.has(name)) {
    colors.set(name, getComputedStyle(document.documentElement).getPropertyValue(name).trim());
  }
  return colors.get(name);
}

// rgb returns a color #rrggbb of the style sheet as numbers.
function rgb(name) {
  const number = parseInt(color(name).slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

// mix returns a color between two.
function mix(a, b, share) {
  const between = (from, to) => Math.round(from + share * (to - from));
  return [between(a[0], b[0]), between(a[1], b[1]), between(a[2], b[2])];
}

// percent returns a probability as people read it.
function percent(p) {
  return `${(100 * p).toFixed(1)} %`;
}

// sure returns the largest probability, which is not called 100 %.
function sure(p) {
  return p > 0.9995 ? "> 99.9 %" : percent(p);
}

// then names the second class, unless its probability would be shown as 0.
function then(name, p) {
  return p > 0.0005 ? `, then ${name} with ${percent(p)}` : "";
}
