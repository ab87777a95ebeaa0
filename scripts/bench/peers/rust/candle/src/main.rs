//! Candle on the CPU, as its own examples train MNIST: linear layers, cross-entropy, AdamW.
//! It has no operation that samples an image at given points, so it does not distort.
use candle_core::{DType, Device, Result, Tensor, Var};
use candle_nn::{loss::nll, ops::log_softmax, AdamW, Linear, Module, Optimizer, ParamsAdamW};
use common::{report, Args, Random, Set};
use std::collections::HashMap;

struct Net {
    layers: Vec<Linear>,
    silu: bool, // else relu
}

impl Net {
    fn logits(&self, x: &Tensor) -> Result<Tensor> {
        let mut h = x.clone();
        for (i, layer) in self.layers.iter().enumerate() {
            if i > 0 {
                h = if self.silu { h.silu()? } else { h.relu()? };
            }
            h = layer.forward(&h)?;
        }
        Ok(h)
    }
}

fn tensors(set: Set) -> Result<(Tensor, Tensor)> {
    let n = set.y.len();
    let y: Vec<u32> = set.y.into_iter().map(u32::from).collect();
    Ok((Tensor::from_vec(set.x, (n, 784), &Device::Cpu)?, Tensor::from_vec(y, n, &Device::Cpu)?))
}

fn main() -> Result<()> {
    let a = Args::read();
    let r = &a.recipe;
    assert!(r.list::<f32>("distort").is_empty(), "this peer does not distort images");
    let train = Set::read(&a.images, "train", r.one("images"));
    let mut random = Random(a.seed);
    let (mut named, mut layers) = (HashMap::new(), vec![]);
    let sizes = r.list("layers");
    for i in 0..sizes.len() - 1 {
        // Candle's CPU has no seed, so the weights come from here.
        let w = Var::from_vec(random.weights(r, &sizes, i), (sizes[i + 1], sizes[i]), &Device::Cpu)?;
        let b = Var::zeros(sizes[i + 1], DType::F32, &Device::Cpu)?;
        layers.push(Linear::new(w.as_tensor().clone(), Some(b.as_tensor().clone())));
        named.insert(format!("{i}.weight"), w);
        named.insert(format!("{i}.bias"), b);
    }
    let net = Net { layers, silu: r.one::<String>("activation") == "silu" };
    let params = ParamsAdamW {
        lr: 0.0,
        beta1: r.one("beta_1"),
        beta2: r.one("beta_2"),
        eps: r.one("epsilon"),
        weight_decay: r.one("weight_decay"),
    };
    let mut adam = AdamW::new(named.values().cloned().collect(), params)?;
    let smoothing: f64 = r.one("label_smoothing");
    let mut rates = r.list("rates").into_iter();
    for _ in 0..r.one("epochs") {
        for batch in random.shuffle(train.y.len()).chunks(r.one("batch")) {
            let (x, y) = tensors(train.gather(batch))?;
            adam.set_learning_rate(rates.next().expect("a rate for each step"));
            let logs = log_softmax(&net.logits(&x)?, 1)?;
            let loss = if smoothing > 0.0 {
                ((nll(&logs, &y)? * (1.0 - smoothing))? - (logs.mean_all()? * smoothing)?)?
            } else {
                nll(&logs, &y)?
            };
            adam.backward_step(&loss)?;
        }
    }
    let weights: HashMap<String, Tensor> = named.into_iter().map(|(n, v)| (n, v.as_tensor().clone())).collect();
    candle_core::safetensors::save(&weights, &a.model)?;
    let (x, y) = tensors(Set::read(&a.images, "t10k", 10_000))?;
    report(net.logits(&x)?.argmax(1)?.eq(&y)?.to_dtype(DType::F64)?.mean_all()?.to_scalar::<f64>()?);
    Ok(())
}
