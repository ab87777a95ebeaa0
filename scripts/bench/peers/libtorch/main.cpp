// LibTorch, the C++ library of PyTorch: eager, AdamW. Arguments: RECIPE IMAGES SEED MODEL, see ../README.md.
#include <torch/torch.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace F = torch::nn::functional;

static std::ifstream opened(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "%s: cannot open\n", path.c_str());
    std::exit(1);
  }
  return file;
}

// The lines of the recipe: names and their values.
class Recipe {
 public:
  explicit Recipe(const std::string& path) {
    auto file = opened(path);
    for (std::string line, name; std::getline(file, line);) {
      std::istringstream words(line);
      words >> name;
      for (std::string value; words >> value;) lines_[name].push_back(value);
    }
  }
  bool has(const std::string& name) const { return lines_.count(name) > 0; }
  std::string word(const std::string& name) const { return lines_.at(name).at(0); }
  double number(const std::string& name) const { return std::stod(word(name)); }
  std::vector<double> numbers(const std::string& name) const {
    std::vector<double> all;
    for (const auto& value : lines_.at(name)) all.push_back(std::stod(value));
    return all;
  }

 private:
  std::map<std::string, std::vector<std::string>> lines_;
};

// The bytes of an IDX file behind its header.
static torch::Tensor readIDX(const std::string& path, int64_t header) {
  auto file = opened(path);
  std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
  return torch::from_blob(bytes.data() + header, {int64_t(bytes.size()) - header}, torch::kUInt8).clone();
}

struct Set {
  torch::Tensor x, y;  // float32 [n, 784] in [0, 1]; int64 [n]
};

static Set readSet(const std::string& prefix, int64_t first) {
  auto x = readIDX(prefix + "-images-idx3-ubyte", 16).view({-1, 784});
  auto y = readIDX(prefix + "-labels-idx1-ubyte", 8);
  return {x.slice(0, 0, first).to(torch::kFloat).div_(255), y.slice(0, 0, first).to(torch::kLong)};
}

// Random shifts, rotations, scales, shears and elastic fields, as internal/augment of dnn defines them.
class Distortion {
 public:
  explicit Distortion(const std::vector<double>& ranges) : ranges_(ranges) {
    auto d = torch::arange(28).unsqueeze(0) - torch::arange(28).unsqueeze(1);
    auto sigma = ranges[5];
    smooth_ = (-0.5 * d.pow(2) / (sigma * sigma)).exp() / (sigma * std::sqrt(2 * M_PI));
  }

  torch::Tensor apply(const torch::Tensor& x) const {
    auto n = x.size(0);
    auto draw = [n](double range) { return (torch::rand({n}) * 2 - 1) * range; };
    auto angle = draw(ranges_[1] * M_PI / 180);
    auto sin = angle.sin(), cos = angle.cos();
    auto wide = 1 + draw(ranges_[2]), high = 1 + draw(ranges_[2]), shear = draw(ranges_[3]);
    auto shift = ranges_[0] / 13.5;  // the outermost pixels are at -1 and 1
    auto map = torch::stack({cos * wide, cos * shear - sin * high, draw(shift),
                             sin * wide, sin * shear + cos * high, draw(shift)}, 1).view({n, 2, 3});
    auto grid = F::affine_grid(map, {n, 1, 28, 28}, true);
    auto field = smooth_.matmul(torch::rand({n, 2, 28, 28}) * 2 - 1).matmul(smooth_);
    grid = grid + field.permute({0, 2, 3, 1}) * (ranges_[4] / 13.5);
    return F::grid_sample(x.view({n, 1, 28, 28}), grid, F::GridSampleFuncOptions().align_corners(true)).view({n, 784});
  }

 private:
  std::vector<double> ranges_;  // shift, rotation, scale, shear, alpha, sigma
  torch::Tensor smooth_;        // [28, 28]: a Gaussian along an axis
};

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "arguments: RECIPE IMAGES SEED MODEL\n");
    return 2;
  }
  const Recipe recipe(argv[1]);
  const std::string images = argv[2];
  torch::manual_seed(std::atoll(argv[3]));
  if (const char* threads = std::getenv("TORCH_THREADS")) torch::set_num_threads(std::atoi(threads));

  torch::nn::Sequential net;
  const auto sizes = recipe.numbers("layers");
  for (size_t i = 0; i + 1 < sizes.size(); i++) {
    if (i > 0 && recipe.word("activation") == "silu")
      net->push_back(torch::nn::SiLU());
    else if (i > 0)
      net->push_back(torch::nn::ReLU());
    torch::nn::Linear layer(int64_t(sizes[i]), int64_t(sizes[i + 1]));
    const auto initializer = i + 2 < sizes.size() ? recipe.word("initializer") : "glorot_uniform";
    if (initializer == "he_normal")
      torch::nn::init::kaiming_normal_(layer->weight, 0, torch::kFanIn, torch::kReLU);
    else if (initializer == "he_uniform")
      torch::nn::init::kaiming_uniform_(layer->weight, 0, torch::kFanIn, torch::kReLU);
    else
      torch::nn::init::xavier_uniform_(layer->weight);
    torch::nn::init::zeros_(layer->bias);
    net->push_back(layer);
  }
  torch::optim::AdamWOptions options;
  options.betas({recipe.number("beta_1"), recipe.number("beta_2")}).eps(recipe.number("epsilon"));
  options.weight_decay(recipe.number("weight_decay"));
  torch::optim::AdamW adam(net->parameters(), options);
  auto& group = static_cast<torch::optim::AdamWOptions&>(adam.param_groups()[0].options());

  auto train = readSet(images + "/train", int64_t(recipe.number("images")));
  std::unique_ptr<Distortion> distortion;
  if (recipe.has("distort")) distortion = std::make_unique<Distortion>(recipe.numbers("distort"));
  const int64_t epochs = recipe.number("epochs"), batch = recipe.number("batch"), n = train.y.size(0);
  const auto loss = F::CrossEntropyFuncOptions().label_smoothing(recipe.number("label_smoothing"));
  const auto rates = recipe.numbers("rates");
  auto rate = rates.begin();
  for (int64_t epoch = 0; epoch < epochs; epoch++) {
    auto order = torch::randperm(n);
    for (int64_t i = 0; i < n; i += batch) {
      auto at = order.slice(0, i, std::min(i + batch, n));
      auto x = train.x.index_select(0, at);
      if (distortion) x = distortion->apply(x);
      group.lr(*rate++);
      adam.zero_grad();
      F::cross_entropy(net->forward(x), train.y.index_select(0, at), loss).backward();
      adam.step();
    }
  }
  torch::save(net, argv[4]);

  torch::NoGradGuard off;
  auto test = readSet(images + "/t10k", 10000);
  auto accuracy = net->forward(test.x).argmax(1).eq(test.y).to(torch::kDouble).mean().item<double>();
  std::printf("{\"accuracy\": %.5f}\n", accuracy);
}
