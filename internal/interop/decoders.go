package interop

import (
	"bytes"

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
	case safetensors.Recognize(start):
		return func(f file) (*chain.Chain, error) { return tensors.Read(f.data, f.path) }
	case isPickle(start) || isTar(start):
		return func(f file) (*chain.Chain, error) { return pytorch.Read(f.data, f.path) }
	case onnx.Recognize(start):
		return func(f file) (*chain.Chain, error) { return onnx.Read(f.data, f.path, f.beside) }
	case bytes.HasPrefix(bytes.TrimSpace(start), []byte("{")):
		return func(f file) (*chain.Chain, error) { return tfjs.Read(f.data, f.beside, f.path) }
	case bytes.HasPrefix(start, []byte("\x93NUMPY")):
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
	if err := keras.CheckConfig(description, f.options.KerasConfig); err != nil {
		return nil, err
	}
	return keras.ReadWeights(f.data, description, f.path)
}

// decodeZip tells the formats that are zip archives apart by their members.
func decodeZip(f file) (*chain.Chain, error) {
	switch {
	case pytorch.Is(f.data):
		return pytorch.Read(f.data, f.path)
	case numpy.Is(f.data):
		return numpy.Read(f.data, f.path)
	}
	return keras.Read(f.data, f.path)
}

// isPickle recognizes pickles of protocols 2 to 5: the opcode PROTO, then the protocol. A state_dict of an old PyTorch is
// one.
func isPickle(start []byte) bool {
	return len(start) > 2 && start[0] == 0x80 && 2 <= start[1] && start[1] <= 5
}

// isTar recognizes a tar archive, which may have a checkpoint in it. [POSIX.1-1988, ustar]
func isTar(start []byte) bool { return len(start) > 262 && string(start[257:262]) == "ustar" }
