// Pictures of what the units of the first layer look for, all on one canvas: a hundred elements would take a hundred times
// as long to change with each stroke.

class Units {
  constructor() {
    this.network = null;
    this.values = null; // of the units, for the image that is shown; null: there is none
    this.tiles = document.createElement("canvas"); // the pictures in their own size, below each other
  }

  // use shows the first layer of a network, with images of width x height.
  use(network, width, height) {
    Object.assign(this, { network, width, height });
    this.layer = firstLayer(network);
    const { units } = network.steps[this.layer.dense];
    this.count = Math.min(units, 120);
    const classes = this.layer.end === network.end(); // the units are the classes
    setText(byId("units-title"), classes ? "The weights of each class" : "First layer");
    const which = this.count < units ? `${this.count} of its ${units} units` : `Its ${units} units`;
    const looks = units === 1 ? "Its one unit: what it looks for" : `${which}: what each looks for`;
    setText(byId("units-about"), `${looks}. Ink on red raises its value, ink on blue lowers it.`);
    this.paint();
  }

  // paint draws the kernels: red for ink that raises the unit's value, blue for ink that lowers it.
  paint() {
    const { kernel, units } = this.network.steps[this.layer.dense];
    const most = new Float64Array(units).fill(1e-30);
    for (let k = 0; k < kernel.length; k++) {
      most[k % units] = Math.max(most[k % units], Math.abs(kernel[k]));
    }
    const pixels = this.width * this.height;
    const [paper, red, blue] = ["--sheet", "--for", "--against"].map(rgb);
    this.tiles.width = this.width;
    this.tiles.height = this.height * this.count;
    fill(this.tiles, (i) => {
      const unit = Math.floor(i / pixels);
      const weight = kernel[(i % pixels) * units + unit] / most[unit];
      return mix(paper, weight > 0 ? red : blue, Math.abs(weight) ** 0.7);
    });
    this.draw();
  }

  // show shows the value of each unit for an image; null: there is none.
  show(image) {
    this.values = image ? this.network.apply(Float64Array.from(image), 0, this.layer.end) : null;
    const above = this.values ? this.values.reduce((n, v) => n + (v > 0 ? 1 : 0), 0) : 0;
    setText(byId("units-now"), this.values ? `For this image ${above} are above 0.` : "");
    this.draw();
  }

  // draw draws each picture, the fainter the smaller its unit's value, with a bar below it.
  draw() {
    if (!this.network) {
      return;
    }
    const canvas = byId("units");
    const columns = canvas.clientWidth < 600 ? 10 : 20;
    const rows = Math.ceil(this.count / columns);
    const width = Math.round(canvas.clientWidth * (window.devicePixelRatio || 1));
    const gap = width / columns / 7;
    const across = (width + gap) / columns; // from one picture to the next
    const side = across - gap;
    const tall = (side * this.height) / this.width;
    const down = tall + 2 * gap;
    const height = Math.round(rows * down - gap / 2);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, width, height);
    context.imageSmoothingEnabled = false;
    const most = this.values ? this.values.reduce((a, v) => Math.max(a, Math.abs(v)), 1e-30) : 1;
    for (let j = 0; j < this.count; j++) {
      const value = this.values ? this.values[j] / most : 0;
      const [x, y] = [Math.round((j % columns) * across), Math.round(Math.floor(j / columns) * down)];
      context.globalAlpha = this.values ? 0.35 + 0.65 * Math.sqrt(Math.abs(value)) : 1;
      context.drawImage(this.tiles, 0, j * this.height, this.width, this.height, x, y, Math.round(side), Math.round(tall));
      context.globalAlpha = 1;
      context.fillStyle = color("--track");
      context.fillRect(x, y + tall + gap / 3, side, gap / 2);
      context.fillStyle = color(value > 0 ? "--for" : "--against");
      context.fillRect(x, y + tall + gap / 3, side * Math.abs(value), gap / 2);
    }
  }
}
