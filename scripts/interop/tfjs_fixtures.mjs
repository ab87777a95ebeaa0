// Writes internal/interop/tfjs/testdata: models that TensorFlow.js saves, with inputs and outputs.
//
//     cd FOLDER && npm install @tensorflow/tfjs@4.22.0
//     node …/scripts/interop/tfjs_fixtures.mjs …/internal/interop/tfjs/testdata
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const tf = createRequire(path.join(process.cwd(), 'package.json'))('@tensorflow/tfjs');
const out = process.argv[2];
await tf.setBackend('cpu');

function dense(units, activation, seed, more = {}) {
  const kernelInitializer = tf.initializers.glorotUniform({ seed });
  return tf.layers.dense({ units, activation, kernelInitializer, biasInitializer: tf.initializers.randomNormal({ seed: seed + 1 }), ...more });
}

const sequential = tf.sequential({ layers: [
  tf.layers.rescaling({ scale: 1 / 255, inputShape: [3, 3] }),
  tf.layers.flatten(),
  dense(6, 'relu', 1),
  tf.layers.batchNormalization({
    gammaInitializer: tf.initializers.randomUniform({ minval: 0.5, maxval: 2, seed: 3 }),
    movingMeanInitializer: tf.initializers.randomNormal({ seed: 4 }),
    movingVarianceInitializer: tf.initializers.randomUniform({ minval: 0.5, maxval: 2, seed: 5 }),
  }),
  dense(5, 'linear', 6, { useBias: false }),
  tf.layers.leakyReLU({ alpha: 0.1 }),
  tf.layers.dropout({ rate: 0.25 }),
  dense(3, 'softmax', 8),
] });

const input = tf.input({ shape: [9] });
let x = dense(6, 'gelu', 10).apply(input);
x = dense(5, 'swish', 12).apply(x);
x = tf.layers.activation({ activation: 'tanh' }).apply(dense(4, 'linear', 14).apply(x));
const functional = tf.model({ inputs: input, outputs: dense(3, 'softmax', 16).apply(x) });

const image = tf.input({ shape: [4, 4, 1] });
const convolution = tf.model({ inputs: image, outputs: tf.layers.conv2d({ filters: 1, kernelSize: 2 }).apply(image) });

for (const [name, model] of Object.entries({ sequential, functional, convolution })) {
  const folder = path.join(out, name);
  fs.mkdirSync(folder, { recursive: true });
  await model.save(tf.io.withSaveHandler(async (artifacts) => {
    const { weightData, weightSpecs, ...rest } = artifacts;
    const json = { ...rest, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] };
    fs.writeFileSync(path.join(folder, 'model.json'), JSON.stringify(json));
    fs.writeFileSync(path.join(folder, 'weights.bin'), Buffer.from(weightData));
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
  }));
  const inputs = tf.randomUniform([4, ...model.inputs[0].shape.slice(1)], 0, name === 'sequential' ? 255 : 1, 'float32', 7);
  const outputs = model.predict(inputs).arraySync();
  fs.writeFileSync(path.join(folder, 'cases.json'), JSON.stringify({ model: { inputs: inputs.arraySync(), outputs } }));
}
