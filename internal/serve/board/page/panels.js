// Views of what explains an answer.

// Panels are the smallest change, similar images and the first layer.
class Panels {
  constructor() {
    this.units = []; // of the first layer: {element, bar}
  }

  // setNetwork shows other weights of the same network.
  setNetwork(network) {
    this.network = network;
    this.paint();
  }

  // use shows the first layer of another network, with images of width x height.
  use(network, classes, width, height) {
    Object.assign(this, { network, classes, width, height });
    byId("change").width = width;
    byId("change").height = height;
    this.layer = firstLayer(network);
    const { units } = network.steps[this.layer.dense];
    const shown = Math.min(units, 120);
    const single = this.layer.end === network.end(); // the units are the classes
    byId("units-title").textContent = single ? "The weights of each class" : "First layer";
    byId("units-about").textContent =
      `${shown < units ? `${shown} of its ${units} units` : `Its ${units} units`}: what each looks for. Ink on red raises its value, ink on blue lowers it.`;
    const list = byId("units");
    list.replaceChildren();
    this.units = Array.from({ length: shown }, () => {
      const element = document.createElement("div");
      const canvas = document.createElement("canvas");
      canvas.width = width;
      canvas.height = height;
      const track = document.createElement("div");
      track.className = "track";
      const bar = document.createElement("div");
      track.append(bar);
      element.append(canvas, track);
      list.append(element);
      return { element, canvas, bar };
    });
    this.paint();
  }

  // paint draws the kernels of the first layer: red for ink that raises the unit's value, blue for ink that lowers it.
  paint() {
    if (!this.network) {
      return;
    }
    const { units, kernel } = this.network.steps[this.layer.dense];
    const [paper, red, blue] = ["--sheet", "--for", "--against"].map(rgb);
    this.units.forEach(({ canvas }, j) => {
      let most = 1e-30;
      for (let i = j; i < kernel.length; i += units) {
        most = Math.max(most, Math.abs(kernel[i]));
      }
      fill(canvas, (i) => {
        const weight = kernel[i * units + j] / most;
        return mix(paper, weight > 0 ? red : blue, Math.abs(weight) ** 0.7);
      });
    });
  }

  // activity shows the value of each unit for an image; null: there is none.
  activity(image) {
    const values = image ? this.network.apply(Float64Array.from(image), 0, this.layer.end) : null;
    const most = values ? values.reduce((a, v) => Math.max(a, Math.abs(v)), 1e-30) : 1;
    this.units.forEach(({ element, bar }, j) => {
      const share = values ? Math.abs(values[j]) / most : 0;
      bar.style.transform = `scaleX(${share.toFixed(3)})`;
      bar.classList.toggle("negative", Boolean(values) && values[j] < 0);
      element.style.opacity = values ? (0.35 + 0.65 * Math.sqrt(share)).toFixed(3) : "1";
    });
    if (!values) {
      byId("units-now").textContent = "";
      return;
    }
    const active = values.reduce((n, v) => n + (v > 0 ? 1 : 0), 0);
    byId("units-now").textContent = `For this image ${active} are above 0.`;
  }

  // change shows ink that is to be added and taken away; `change` is null if none was found, undefined as long as it is
  // sought.
  change(image, change) {
    const [paper, ink, add, remove] = ["--sheet", "--ink", "--add", "--remove"].map(rgb);
    fill(byId("change"), (i) => {
      const ground = mix(paper, ink, image ? (0.3 * image[i]) / 255 : 0);
      const by = change ? change.image[i] - image[i] : 0;
      return mix(ground, by > 0 ? add : remove, by === 0 ? 0 : 0.35 + (0.65 * Math.abs(by)) / 255);
    });
    byId("try").hidden = !change;
    const parts = [];
    if (change && change.added >= 0.05) {
      parts.push(`adding ${change.added.toFixed(1)}`);
    }
    if (change && change.removed >= 0.05) {
      parts.push(`erasing ${change.removed.toFixed(1)}`);
    }
    const sum = parts.join(" and ") || "changing less than 0.1";
    byId("mind").textContent = !image || change === undefined ? "" : change
      ? `${sum[0].toUpperCase()}${sum.slice(1)} pixels of ink would make it a ${this.classes[change.answer]}.`
      : "No small change of ink was found that would change its mind.";
  }

  // similar shows the most similar training images.
  similar(found) {
    byId("similar-note").textContent = found.note;
    byId("similar").replaceChildren(...found.images.map((m) => {
      const figure = document.createElement("figure");
      const canvas = document.createElement("canvas");
      canvas.className = "pixels";
      canvas.width = this.width;
      canvas.height = this.height;
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", m.class ? `A training image of ${m.class}` : "Empty");
      const caption = document.createElement("figcaption");
      if (m.class) {
        const name = document.createElement("b");
        name.textContent = m.class;
        caption.append(name, ` ${percent(m.similarity)}`);
      } else {
        caption.textContent = "\u00a0";
      }
      figure.append(canvas, caption);
      const [paper, ink] = [rgb("--sheet"), rgb("--ink")];
      fill(canvas, (i) => mix(paper, ink, m.pixels[i] / 255));
      return figure;
    }));
  }
}

// fill draws each pixel of a canvas in a color.
function fill(canvas, colorOf) {
  const context = canvas.getContext("2d");
  const data = context.createImageData(canvas.width, canvas.height);
  for (let i = 0; i < canvas.width * canvas.height; i++) {
    data.data.set([...colorOf(i), 255], 4 * i);
  }
  context.putImageData(data, 0, 0);
}
