//! Burn on its CPU backend in Rust (flex), as its own examples train MNIST with a loop of their own: a module,
//! cross-entropy, AdamW.
mod distort;

use burn::module::{Module, Param};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::activation::{relu, silu};
use burn::tensor::{Device, Int, Tensor, TensorData};
use common::{report, Args, Random, Recipe, Set};
use distort::Distortion;

#[derive(Module, Debug)]
struct Net {
    layers: Vec<Linear>,
    silu: bool, // else relu
}

impl Net {
    fn new(random: &mut Random, recipe: &Recipe, device: &Device) -> Self {
        let sizes: Vec<usize> = recipe.list("layers");
        let layer = |i: usize| {
            let (fan_in, fan_out) = (sizes[i], sizes[i + 1]);
            let mut l = LinearConfig::new(fan_in, fan_out).init(device);
            l.weight = Param::from_data(TensorData::new(random.weights(recipe, &sizes, i), [fan_in, fan_out]), device);
            l.bias = Some(Param::from_data(TensorData::new(vec![0f32; fan_out], [fan_out]), device));
            l
        };
        Net { layers: (0..sizes.len() - 1).map(layer).collect(), silu: recipe.one::<String>("activation") == "silu" }
    }

    fn logits(&self, x: Tensor<2>) -> Tensor<2> {
        self.layers.iter().enumerate().fold(x, |h, (i, layer)| {
            layer.forward(match i {
                0 => h,
                _ if self.silu => silu(h),
                _ => relu(h),
            })
        })
    }
}

fn images(x: Vec<f32>, device: &Device) -> Tensor<2> {
    let n = x.len() / 784;
    Tensor::from_data(TensorData::new(x, [n, 784]), device)
}

fn labels(y: Vec<u8>, device: &Device) -> Tensor<1, Int> {
    let n = y.len();
    let y: Vec<i64> = y.into_iter().map(i64::from).collect();
    Tensor::from_data(TensorData::new(y, [n]), device)
}

fn main() {
    let a = Args::read();
    let r = &a.recipe;
    let plain = Device::flex();
    let device = plain.clone().autodiff();
    let train = Set::read(&a.images, "train", r.one("images"));
    let mut random = Random(a.seed);
    let mut net = Net::new(&mut random, r, &device);
    let smoothing = Some(r.one("label_smoothing")).filter(|&s: &f32| s > 0.0);
    let loss = CrossEntropyLossConfig::new().with_smoothing(smoothing).init(&device);
    let mut adam = AdamWConfig::new()
        .with_beta_1(r.one("beta_1"))
        .with_beta_2(r.one("beta_2"))
        .with_epsilon(r.one("epsilon"))
        .with_weight_decay(r.one("weight_decay"))
        .init();
    let distortion = Distortion::new(&r.list("distort"), &plain);
    let mut rates = r.list::<f64>("rates").into_iter();
    for _ in 0..r.one("epochs") {
        for batch in random.shuffle(train.y.len()).chunks(r.one("batch")) {
            let batch = train.gather(batch);
            let x = match &distortion {
                None => images(batch.x, &device),
                Some(d) => Tensor::from_inner(d.apply(&mut random, images(batch.x, &plain))),
            };
            let grads = loss.forward(net.logits(x), labels(batch.y, &device)).backward();
            let grads = GradientsParams::from_grads(grads, &net);
            net = adam.step(rates.next().expect("a rate for each step"), net, grads);
        }
    }
    let net = net.valid();
    net.clone().save_file(&a.model).expect("the model can be written");
    let test = Set::read(&a.images, "t10k", 10_000);
    let n = test.y.len() as f64;
    let right = net.logits(images(test.x, &plain)).argmax(1).flatten::<1>(0, 1).equal(labels(test.y, &plain));
    report(right.int().sum().into_scalar::<i64>() as f64 / n);
}
