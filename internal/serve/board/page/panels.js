// Views of what explains an answer, beside those of the units (units.js).

class Panels {
  constructor() {
    this.similarImages = Array.from({ length: 3 }, () => {
      const figure = document.createElement("figure");
      const canvas = document.createElement("canvas");
      canvas.className = "pixels";
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", "No image");
      const caption = document.createElement("figcaption");
      const name = document.createElement("b");
      const similarity = document.createElement("span");
      caption.append(name, " ", similarity);
      figure.append(canvas, caption);
      byId("similar").append(figure);
      return { canvas, name, similarity };
    });
  }

  // use takes the names of classes, and the size of images.
  use(classes, width, height) {
    this.classes = classes;
    for (const canvas of [byId("change"), ...this.similarImages.map((s) => s.canvas)]) {
      canvas.width = width;
      canvas.height = height;
    }
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
    setText(byId("mind"), !image || change === undefined ? "" : change
      ? `${sum[0].toUpperCase()}${sum.slice(1)} pixels of ink would make it a ${this.classes[change.answer]}.`
      : "No small change of ink was found that would change its mind.");
  }

  // why says what the colors of the effects mean; null: nothing is drawn.
  why(best, second) {
    setText(byId("for"), best === null ? "For" : `For\u00a0${best}`);
    setText(byId("against"), best === null ? "against" : `for\u00a0${second}`);
    setText(byId("why"), best === null ? ""
      : `Red ink speaks for ${best} rather than ${second}, blue ink for ${second} rather than ${best}.`);
  }

  // similar shows training images {pixels, class, similarity}; where there are too few, nothing.
  similar(images, note) {
    setText(byId("similar-note"), note);
    const [paper, ink] = [rgb("--sheet"), rgb("--ink")];
    this.similarImages.forEach(({ canvas, name, similarity }, n) => {
      const m = images[n];
      canvas.setAttribute("aria-label", m ? `A training image of ${m.class}` : "No image");
      setText(name, m ? m.class : "");
      setText(similarity, m ? percent(m.similarity) : "");
      fill(canvas, (i) => mix(paper, ink, m ? m.pixels[i] / 255 : 0));
    });
  }
}
