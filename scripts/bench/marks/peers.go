package marks

// Peer is a program that trains by a recipe. It is started as
//
//	PROGRAM RECIPE IMAGES SEED MODEL
//
// and prints {"accuracy": 0.97}, of the test images. RECIPE is a file with Recipe.Text, IMAGES the folder of MNIST's
// four IDX files, and MODEL the file that it writes its weights to.
type Peer struct {
	Name     string
	Language string
	Env      []string
	Program  string // below the folder of the peers' environments
	Script   string // for an interpreter, the file in scripts/bench/peers
	Suffix   string // of MODEL, where the peer insists on one
	Distorts bool   // whether it can follow a recipe that distorts the images
}

// oneThread is at the end of the name of a peer that has a single thread.
const oneThread = ", 1 thread"

// python is the language of most peers.
const python = "Python"

// Peers returns all peers. Where it depends on the machine and the recipe how many threads are fastest, there is one
// with a single thread and one with as many as it takes by itself.
func Peers() []Peer {
	const (
		tensorflow = "tensorflow/bin/python"
		jax        = "jax/bin/python"
		torch      = "torch/bin/python"
		sklearn    = "sklearn/bin/python"
	)
	torchOne, rayonOne := []string{"TORCH_THREADS=1"}, []string{"RAYON_NUM_THREADS=1"}
	return []Peer{
		{"keras-tensorflow", python, []string{"KERAS_BACKEND=tensorflow"}, tensorflow, "keras_fit.py",
			".weights.h5", true},
		{"keras-jax", python, []string{"KERAS_BACKEND=jax"}, jax, "keras_fit.py", ".weights.h5", true},
		{"jax", python, nil, jax, "jax_scan.py", ".npz", true},
		{"torch", python, nil, torch, "torch_loop.py", "", true},
		{"torch" + oneThread, python, torchOne, torch, "torch_loop.py", "", true},
		{"torch-compile" + oneThread, python, []string{"TORCH_THREADS=1", "PEER_COMPILE=1"}, torch, "torch_loop.py",
			"", true},
		{"scikit-learn", python, nil, sklearn, "sklearn_mlp.py", "", false},
		{"scikit-learn" + oneThread, python, []string{"OPENBLAS_NUM_THREADS=1"}, sklearn, "sklearn_mlp.py", "", false},
		{"libtorch", "C++", nil, "bin/libtorch", "", "", true},
		{"libtorch" + oneThread, "C++", torchOne, "bin/libtorch", "", "", true},
		{"burn", "Rust", nil, "bin/burn", "", ".bpk", true},
		{"burn" + oneThread, "Rust", rayonOne, "bin/burn", "", ".bpk", true},
		{"candle", "Rust", nil, "bin/candle", "", "", false},
		{"candle" + oneThread, "Rust", rayonOne, "bin/candle", "", "", false},
	}
}

// language returns the language of the peer of that name, and "" of any other program.
func language(name string) string {
	for _, p := range Peers() {
		if p.Name == name {
			return p.Language
		}
	}
	return ""
}
