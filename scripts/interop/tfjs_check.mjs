// Loads a model that dnn exported into TensorFlow.js, by HTTP as a browser does, and compares outputs.
//
//     cd FOLDER && npm install @tensorflow/tfjs@4.22.0
//     node …/scripts/interop/tfjs_check.mjs MODEL_FOLDER cases.json
//
// cases.json has "inputs" and "outputs": samples before dnn's own scaling, and what dnn makes of them. The package is
// looked for in the folder where node runs.
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(path.join(process.cwd(), 'package.json'));
const tf = require('@tensorflow/tfjs');
const [folder, casesFile] = process.argv.slice(2);
const cases = JSON.parse(fs.readFileSync(casesFile, 'utf8'));

const server = http.createServer((request, response) => {
  const file = path.join(folder, path.basename(request.url));
  if (!fs.existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': file.endsWith('.json') ? 'application/json' : 'application/octet-stream' });
  response.end(fs.readFileSync(file));
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));

await tf.setBackend('cpu');
const model = await tf.loadLayersModel(`http://127.0.0.1:${server.address().port}/model.json`);
const shape = model.inputs[0].shape.slice(1);
const y = model.predict(tf.tensor(cases.inputs).reshape([-1, ...shape])).arraySync();
let worst = 0;
y.forEach((row, i) => row.forEach((v, j) => { worst = Math.max(worst, Math.abs(v - cases.outputs[i][j])); }));
console.log(`TensorFlow.js ${tf.version.tfjs}: outputs differ by at most ${worst.toPrecision(2)}`);
server.close();
process.exitCode = worst <= 4e-6 ? 0 : 1; // NaN is no match
