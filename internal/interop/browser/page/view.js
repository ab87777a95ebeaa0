// The page: it shows the drawing, the image that is made of it, and what the network says.

const byId = (id) => document.getElementById(id);

// View writes results into the page.
class View {
  constructor(classes, height, width) {
    Object.assign(this, { classes, height, width });
    this.shown = classes.length <= 10 ? classes.length : 10; // rows of the table
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

  // drawing shows the strokes, and the keyboard's pen if it is used.
  drawing(drawing, cursor) {
    const canvas = byId("sheet");
    const size = Math.round(canvas.clientWidth * (window.devicePixelRatio || 1));
    if (canvas.width !== size) {
      canvas.width = canvas.height = size;
    }
    const context = canvas.getContext("2d");
    context.setTransform(size / Drawing.side, 0, 0, size / Drawing.side, 0, 0);
    context.clearRect(0, 0, Drawing.side, Drawing.side);
    context.lineCap = "round";
    context.strokeStyle = color("--ink");
    for (const stroke of drawing.strokes) {
      stroke.forEach((point, i) => {
        const before = stroke[Math.max(i - 1, 0)];
        context.lineWidth = (before.width + point.width) / 2;
        context.beginPath();
        context.moveTo(before.x, before.y);
        context.lineTo(point.x, point.y);
        context.stroke();
      });
    }
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
    byId("best").textContent = best || "";
    byId("best").classList.toggle("long", Boolean(best) && best.length > 2);
    byId("second").textContent = order
      ? sure(probabilities[order[0]]) + then(this.classes[order[1]], probabilities[order[1]])
      : "Nothing is drawn yet.";
    const inOrder = this.shown < this.classes.length && order;
    Array.from(byId("bars").rows).forEach((row, i) => {
      const at = inOrder ? order[i] : i;
      const p = order ? probabilities[at] : 0;
      row.cells[0].textContent = this.classes[at];
      row.cells[1].firstChild.firstChild.style.transform = `scaleX(${p})`;
      row.cells[2].textContent = order ? sure(p) : "";
      row.classList.toggle("best", Boolean(order) && at === order[0]);
    });
  }

  // seen shows the image that the network gets.
  seen(image) {
    const [paper, ink] = [rgb("--sheet"), rgb("--ink")];
    this.pixels("seen", (i) => mix(paper, ink, image ? image[i] / 255 : 0));
  }

  // heat shows the effects of pixels: red for the answer, blue against it, the stronger the farther.
  heat(image, effects) {
    const [paper, ink, red, blue] = ["--sheet", "--ink", "--for", "--against"].map(rgb);
    const most = effects ? effects.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-30) : 1;
    this.pixels("heat", (i) => {
      const ground = mix(paper, ink, image ? (0.22 * image[i]) / 255 : 0);
      const effect = effects ? effects[i] / most : 0;
      return mix(ground, effect > 0 ? red : blue, Math.sqrt(Math.abs(effect)));
    });
  }

  pixels(id, colorOf) {
    const context = byId(id).getContext("2d");
    const data = context.createImageData(this.width, this.height);
    for (let i = 0; i < this.width * this.height; i++) {
      data.data.set([...colorOf(i), 255], 4 * i);
    }
    context.putImageData(data, 0, 0);
  }
}

// color returns a color of the style sheet.
function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// rgb returns a color #rrggbb of the style sheet as numbers.
function rgb(name) {
  const number = parseInt(color(name).slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

function mix(a, b, share) {
  return a.map((v, i) => Math.round(v + share * (b[i] - v)));
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
