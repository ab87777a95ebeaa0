//! What the peers in Rust share: their arguments, the recipe, the images, initial weights, a shuffle, the result.
use std::{collections::HashMap, env, fs, path::Path, str::FromStr};

/// The command line: RECIPE IMAGES SEED MODEL. README.md beside the peers says what they are.
pub struct Args {
    pub recipe: Recipe,
    pub images: String,
    pub seed: u64,
    pub model: String,
}

impl Args {
    pub fn read() -> Args {
        let a: Vec<String> = env::args().collect();
        assert!(a.len() == 5, "arguments: RECIPE IMAGES SEED MODEL");
        Args {
            recipe: Recipe::read(&a[1]),
            images: a[2].clone(),
            seed: a[3].parse().expect("SEED is a whole number"),
            model: a[4].clone(),
        }
    }
}

/// A file of lines, each a name and its values.
pub struct Recipe(HashMap<String, Vec<String>>);

impl Recipe {
    fn read(path: &str) -> Recipe {
        let text = fs::read_to_string(path).expect(path);
        let line = |l: &str| {
            let mut words = l.split_whitespace().map(String::from);
            words.next().map(|name| (name, words.collect()))
        };
        Recipe(text.lines().filter_map(line).collect())
    }

    /// The values of that name, and none if the recipe does not have it.
    pub fn list<T: FromStr>(&self, name: &str) -> Vec<T> {
        let number = |v: &String| v.parse().unwrap_or_else(|_| panic!("{name}: {v} is not a number"));
        self.0.get(name).map(|values| values.iter().map(number).collect()).unwrap_or_default()
    }

    /// The only value of that name.
    pub fn one<T: FromStr>(&self, name: &str) -> T {
        let values = self.list(name);
        assert!(values.len() == 1, "the recipe needs one {name}");
        values.into_iter().next().unwrap()
    }
}

/// Images, 784 f32 in [0, 1] each, and their labels.
pub struct Set {
    pub x: Vec<f32>,
    pub y: Vec<u8>,
}

impl Set {
    /// The first images of train-* or t10k-*, IDX files in that folder.
    pub fn read(folder: &str, name: &str, first: usize) -> Set {
        let file = |kind: &str| fs::read(Path::new(folder).join(format!("{name}-{kind}-ubyte"))).expect(name);
        Set {
            x: file("images-idx3")[16..][..first * 784].iter().map(|&p| p as f32 / 255.0).collect(),
            y: file("labels-idx1")[8..][..first].to_vec(),
        }
    }

    /// The images with these numbers, in their order.
    pub fn gather(&self, order: &[usize]) -> Set {
        let mut x = Vec::with_capacity(order.len() * 784);
        for &o in order {
            x.extend_from_slice(&self.x[o * 784..][..784]);
        }
        Set { x, y: order.iter().map(|&o| self.y[o]).collect() }
    }
}

/// A small generator with a seed (splitmix64).
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e3779b97f4a7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d049bb133111eb);
        z ^ (z >> 31)
    }

    /// A number from -1 to 1.
    pub fn signed(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }

    /// The numbers below n in random order.
    pub fn shuffle(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            order.swap(i, (self.next() % (i as u64 + 1)) as usize);
        }
        order
    }

    /// A number of the standard normal distribution (Box and Muller).
    fn normal(&mut self) -> f32 {
        let (a, b) = (self.signed().abs(), self.signed());
        (-2.0 * a.max(1e-7).ln()).sqrt() * (std::f32::consts::PI * b).cos()
    }

    /// The initial weights of a layer, fan_in x fan_out in either order.
    pub fn weights(&mut self, recipe: &Recipe, sizes: &[usize], layer: usize) -> Vec<f32> {
        let (fan_in, fan_out) = (sizes[layer], sizes[layer + 1]);
        let initializer = if layer + 2 < sizes.len() { recipe.one("initializer") } else { String::new() };
        let mut draw: Box<dyn FnMut() -> f32> = match initializer.as_str() {
            "he_normal" => Box::new(|| self.normal() * (2.0 / fan_in as f32).sqrt()),
            "he_uniform" => Box::new(|| self.signed() * (6.0 / fan_in as f32).sqrt()),
            _ => Box::new(|| self.signed() * (6.0 / (fan_in + fan_out) as f32).sqrt()), // glorot_uniform
        };
        (0..fan_in * fan_out).map(|_| draw()).collect()
    }
}

/// Prints the result.
pub fn report(accuracy: f64) {
    println!("{{\"accuracy\": {accuracy:.5}}}");
}
