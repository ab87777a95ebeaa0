// Runs the page's arithmetic without a browser: `node explain.js SCRIPT JOBS.json`. A job is {model, weights, image}; what
// is printed is an array with the gradient of the first class against the second, and the change of the image.
const fs = require("fs");

const script = fs.readFileSync(process.argv[2], "utf8");
const parts = new Function(`${script}; return { Network, Trace, decodeWeights, rivals, changeTo, largest };`)();
const results = JSON.parse(fs.readFileSync(process.argv[3], "utf8")).map(({ model, weights, image }) => {
  const network = new parts.Network(model, parts.decodeWeights(weights));
  const trace = new parts.Trace(network, image);
  const classes = parts.rivals(network, image, model.input[1], 4);
  let change = null;
  for (const to of classes) {
    const found = parts.changeTo(network, image, model.input[1], to, 1000);
    if (found && (!change || found.added + found.removed < change.added + change.removed)) {
      change = found;
    }
  }
  return {
    gradient: Array.from(trace.gradient(0, 1)),
    scores: Array.from(trace.scores),
    same: Array.from(network.scores(image)),
    rivals: classes,
    change: change && { ...change, image: Array.from(change.image) },
  };
});
console.log(JSON.stringify(results));
