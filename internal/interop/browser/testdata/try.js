// Runs the script of pages without a browser: `node try.js JOBS.json`. Jobs are [{page, image}] or [{page, plane}], and
// what they give is printed as one array of JSON.
const fs = require("fs");

// open returns what the script of a page defines, and its network.
function open(page) {
  const html = fs.readFileSync(page, "utf8");
  const between = (start, end) => {
    const from = html.indexOf(start) + start.length;
    return html.slice(from, html.indexOf(end, from));
  };
  const script = between("<script>", "</script>").replace(/\nstart\(\);\n/, "\n");
  const parts = new Function(`${script}; return { Network, Plane, Drawing, normalize, decodeWeights };`)();
  const model = JSON.parse(between('id="model">', "</script>"));
  const weights = parts.decodeWeights(between('id="weights">', "</script>"));
  return { ...parts, network: new parts.Network(model, weights), input: model.input };
}

const jobs = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const results = jobs.map((job) => {
  const page = open(job.page);
  if (job.image) {
    const scores = page.network.scores(job.image);
    return {
      probabilities: Array.from(page.network.probabilities(scores)),
      effects: Array.from(page.network.effects(job.image, job.classes[0], job.classes[1])),
    };
  }
  const [height, width] = page.input;
  let plane;
  if (job.strokes) {
    const drawing = new page.Drawing();
    for (const stroke of job.strokes) {
      stroke.forEach(([x, y, width], i) => drawing[i === 0 ? "begin" : "extend"]({ x, y, width }));
    }
    if (job.undo) {
      drawing.begin({ x: 10, y: 10, width: 30 });
      drawing.extend({ x: 200, y: 20, width: 30 });
      drawing.undo();
      drawing.restore(drawing.clear());
    }
    plane = drawing.plane;
  } else {
    plane = new page.Plane(job.width, job.height);
    plane.ink.set(job.bytes.map((v) => v / 255));
  }
  const image = page.normalize(plane, height, width);
  return { image: image && Array.from(image) };
});
console.log(JSON.stringify(results));
