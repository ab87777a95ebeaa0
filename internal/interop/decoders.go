package interop

import (
	"bytes"
	"path"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/interop/archive"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/hdf5"
	"dnn/internal/interop/keras"
	"dnn/internal/interop/numpy"
	"dnn/internal/interop/onnx"
	"dnn/internal/interop/pytorch"
	"dnn/internal/interop/tensors"
	"dnn/internal/interop/tfjs"
	"dnn/internal/safetensors"
)

// tfjsModel is the name of the file that describes a TensorFlow.js model, in a folder of its own.
const tfjsModel = "model.json"

// decoderOf returns the decoder for a file that begins like this; nil: there is none.
func decoderOf(start []byte) decoder {
	switch {
	case hdf5.Is(start):
		return decodeHDF5
	case archive.Is(start):
		return decodeZip
	case pytorch.Recognize(start):
		return func(f file) (*chain.Chain, error) { return pytorch.Read(f.data, f.path) }
	case onnx.Recognize(start):
		return func(f file) (*chain.Chain, error) { return onnx.Read(f.data, f.path, f.beside) }
	case bytes.HasPrefix(bytes.TrimSpace(start), []byte("{")):
		return func(f file) (*chain.Chain, error) { return tfjs.Read(f.data, f.beside, f.path) }
	case safetensors.Recognize(start):
		return func(f file) (*chain.Chain, error) { return tensors.Read(f.data, f.path) }
	case numpy.Recognize(start):
		return func(f file) (*chain.Chain, error) { return numpy.Read(f.data, f.path) }
	}
	return nil
}

// decodeHDF5 reads a whole Keras model, or weights if there is a config for them.
func decodeHDF5(f file) (*chain.Chain, error) {
	if f.options.KerasConfig == "" {
		return keras.Read(f.data, f.path)
	}
	description, err := readFile(f.options.KerasConfig)
	if err != nil {
		return nil, err
	}
	return keras.ReadWeights(f.data, description, f.path)
}

// decodeZip tells the formats that are zip archives apart by their members.
func decodeZip(f file) (*chain.Chain, error) {
	a, err := archive.Open(f.data, f.path)
	if err != nil {
		return nil, err
	}
	for _, member := range a.Names() {
		switch base := path.Base(member); {
		case base == "config.json", base == "metadata.json", strings.HasSuffix(base, ".weights.h5"):
			return keras.Read(f.data, f.path)
		case base == "data.pkl":
			return pytorch.Read(f.data, f.path)
		case strings.HasSuffix(base, ".npy"):
			return numpy.Read(f.data, f.path)
		}
	}
	return nil, fault.New(fault.Data, f.path,
		"wanted a model of Keras or PyTorch, or NumPy's arrays, found another zip archive")
}
