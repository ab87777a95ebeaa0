package modelfile

import (
	"path/filepath"
	"slices"
	"strings"

	"dnn/internal/fault"
)

// CheckName refuses a name for a model file whose ending is that of another format. where says where the name came
// from.
func CheckName(where, path string) error {
	ending := filepath.Ext(path)
	kind, ok := map[string]string{
		".keras": "Keras models", ".h5": "Keras models", ".hdf5": "HDF5 files",
		".onnx": "ONNX models", ".pt": "PyTorch models", ".pth": "PyTorch models",
		".tflite": "TensorFlow Lite models", ".pb": "TensorFlow models",
		".pkl": "Python pickles", ".npz": "NumPy arrays", ".npy": "NumPy arrays",
		".yaml": "experiment files", ".yml": "experiment files", ".json": "JSON", ".csv": "tables",
		".png": "pictures", ".svg": "pictures",
	}[strings.ToLower(ending)]
	if !ok {
		return nil
	}
	err := fault.New(fault.Config, where,
		"wanted the name of a model file, found %q: names that end in %s are those of %s", path, ending, kind)
	own := strings.TrimSuffix(path, ending) + ".bin"
	if slices.Contains([]string{".keras", ".h5", ".hdf5", ".onnx", ".npz"}, strings.ToLower(ending)) {
		return err.WithHint("call it %s; dnn export %s -o %s then writes one of those", own, own, path)
	}
	return err.WithHint("call it %s; it is a safetensors file, which Python reads", own)
}
