//! Random shifts, rotations, scales, shears and elastic fields, as internal/augment of dnn defines them.
use burn::tensor::ops::{GridSampleOptions, GridSamplePaddingMode, InterpolateMode};
use burn::tensor::{Device, Tensor, TensorData};
use common::Random;

const SIDE: usize = 28;
const CENTER: f32 = 13.5;

pub struct Distortion {
    affine: [f32; 4], // shift in pixels, rotation in degrees, scale, shear
    alpha: f32,
    smooth: Tensor<3>,   // [1, 28, 28]: a Gaussian along an axis
    position: Tensor<3>, // [1, 3, 784]: x, y and 1 of each pixel; x and y from the center
}

impl Distortion {
    /// From the recipe's ranges: shift, rotation, scale, shear, alpha and sigma. None without them.
    pub fn new(ranges: &[f32], device: &Device) -> Option<Self> {
        let &[shift, rotation, scale, shear, alpha, sigma] = ranges else {
            return None;
        };
        let at = |i: usize| i as f32;
        let bell = |d: f32| (-0.5 * d * d / sigma / sigma).exp() / (sigma * (2.0 * std::f32::consts::PI).sqrt());
        let smooth: Vec<f32> = (0..SIDE * SIDE).map(|i| bell(at(i / SIDE) - at(i % SIDE))).collect();
        let pixels = 0..SIDE * SIDE;
        let mut position: Vec<f32> = pixels.clone().map(|i| at(i % SIDE) - CENTER).collect();
        position.extend(pixels.clone().map(|i| at(i / SIDE) - CENTER));
        position.extend(pixels.map(|_| 1.0));
        Some(Distortion {
            affine: [shift, rotation, scale, shear],
            alpha,
            smooth: Tensor::from_data(TensorData::new(smooth, [1, SIDE, SIDE]), device),
            position: Tensor::from_data(TensorData::new(position, [1, 3, SIDE * SIDE]), device),
        })
    }

    /// Distorts each image of a batch in its own way.
    pub fn apply(&self, random: &mut Random, x: Tensor<2>) -> Tensor<2> {
        let (n, device) = (x.dims()[0], x.device());
        let maps: Vec<f32> = (0..n).flat_map(|_| self.map(random)).collect();
        let maps: Tensor<3> = Tensor::from_data(TensorData::new(maps, [n, 2, 3]), &device);
        let noise: Vec<f32> = (0..n * 2 * SIDE * SIDE).map(|_| random.signed()).collect();
        let noise: Tensor<3> = Tensor::from_data(TensorData::new(noise, [n * 2, SIDE, SIDE]), &device);
        let rows = noise.reshape([n * 2 * SIDE, SIDE]).matmul(self.smooth.clone().reshape([SIDE, SIDE]));
        let field = self.smooth.clone().repeat_dim(0, n * 2).matmul(rows.reshape([n * 2, SIDE, SIDE]));
        let field = field.mul_scalar(self.alpha).reshape([n, 2, SIDE * SIDE]);
        // The points that pixels come from, in units in which the outermost pixels are at -1 and 1.
        let points = maps.matmul(self.position.clone().repeat_dim(0, n)).add(field).div_scalar(CENTER);
        let grid = points.swap_dims(1, 2).reshape([n, SIDE, SIDE, 2]);
        let options = GridSampleOptions::new(InterpolateMode::Bilinear)
            .with_padding_mode(GridSamplePaddingMode::Zeros)
            .with_align_corners(true);
        x.reshape([n, 1, SIDE, SIDE]).grid_sample_2d(grid, options).reshape([n, SIDE * SIDE])
    }

    /// Draws the two rows of an affine map.
    fn map(&self, random: &mut Random) -> [f32; 6] {
        let mut draw = |range: f32| range * random.signed();
        let [shift, rotation, scale, shear] = self.affine;
        let (sin, cos) = draw(rotation).to_radians().sin_cos();
        let (wide, high, shear) = (1.0 + draw(scale), 1.0 + draw(scale), draw(shear));
        [cos * wide, cos * shear - sin * high, draw(shift), sin * wide, sin * shear + cos * high, draw(shift)]
    }
}
