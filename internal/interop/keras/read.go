// Package keras reads and writes the models of Keras 3 and Keras 2 (tf_keras, tf.keras) that are chains of dense
// layers: .keras (a zip file of config.json and model.weights.h5), .h5 (a whole model in HDF5, with its config as an
// attribute), and .weights.h5, which needs the config of its model beside it. Nothing in a file is ever executed.
//
// What files look like is not specified anywhere. It is what Keras's saving/saving_lib.py (.keras, .weights.h5) and
// legacy/saving/legacy_h5_format.py (.h5) do, and layers say of themselves in get_config.
package keras

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/hdf5"
	"dnn/internal/interop/keras/config"
)

// The files in a .keras file.
const (
	metadataFile = "metadata.json"
	configFile   = "config.json"
	weightsFile  = "model.weights.h5"
)

// slack is how much memory any file may ask for. Beyond it, memory is bounded by a multiple of the file's size.
const slack = 16 << 20

// Read returns the chain of a whole model, .keras or .h5. Errors are of kind fault.Data and name where. Of a file that
// has weights only, the error asks for the config.
func Read(data []byte, where string) (*chain.Chain, error) {
	switch {
	case isZip(data):
		return readArchive(data, where)
	case hdf5.Is(data):
		return readH5(data, where)
	case len(data) == 0:
		return nil, fault.New(fault.Data, where, "empty file")
	}
	return nil, fault.New(fault.Data, where,
		"wanted a model of Keras, .keras (a zip file) or .h5 (HDF5), found other bytes")
}

// ReadWeights returns the chain of a model whose weights are in the HDF5 file data (.weights.h5, as Keras 3 and 2 write
// it), and whose config is model: the config.json of a .keras file, that file itself, or what to_json() gives.
// Errors are of kind fault.Data and name where.
func ReadWeights(data, model []byte, where string) (*chain.Chain, error) {
	if len(model) == 0 {
		return nil, onlyWeights(where)
	}
	m, about, err := describe(model, where)
	if err != nil {
		return nil, err
	}
	f, err := open(data, len(data), where)
	if err != nil {
		return nil, err
	}
	return about.build(m, f, where)
}

// CheckConfig returns an error about the file where unless its content describes a model for ReadWeights.
func CheckConfig(content []byte, where string) error {
	start := bytes.TrimSpace(content[:min(len(content), 1000)])
	if !isZip(content) && (!bytes.HasPrefix(start, []byte("{")) || !bytes.Contains(content, []byte(`"class_name"`))) {
		return fault.New(fault.Data, where, "wanted what describes a model of Keras, found something else").
			WithHint("the .keras file has it, as its config.json; model.to_json() returns it")
	}
	_, _, err := describe(content, where)
	return err
}

// describe reads the config of a model, which may be in a .keras file.
func describe(model []byte, where string) (*config.Model, metadata, error) {
	var about metadata
	if isZip(model) {
		files, err := unzip(model, where, configFile, metadataFile)
		if err != nil {
			return nil, about, err
		}
		model, about = files[configFile], parseMetadata(files[metadataFile])
	}
	m, err := config.Parse(model, about.KerasVersion)
	if err != nil {
		return nil, about, named(err, where)
	}
	return m, about, nil
}

func onlyWeights(where string) error {
	return fault.New(fault.Data, where, "a file of weights only: it does not say which layers they belong to").WithHint(
		"dnn import takes the model's config with --config: its .keras file, the config.json in that, or what model.to_json() returns")
}

// readArchive reads a .keras file.
func readArchive(data []byte, where string) (*chain.Chain, error) {
	files, err := unzip(data, where, configFile, weightsFile, metadataFile)
	if err != nil {
		return nil, err
	}
	f, err := open(files[weightsFile], len(data), where)
	if err != nil {
		return nil, err
	}
	about := parseMetadata(files[metadataFile])
	m, err := config.Parse(files[configFile], about.KerasVersion)
	if err != nil {
		return nil, named(err, where)
	}
	return about.build(m, f, where)
}

// readH5 reads an .h5 file of a whole model.
func readH5(data []byte, where string) (*chain.Chain, error) {
	f, err := open(data, len(data), where)
	if err != nil {
		return nil, err
	}
	root := f.Root()
	description, err := attribute(root, "model_config")
	if err != nil {
		return nil, err
	}
	if len(description) != 1 {
		return nil, noModel(root, where)
	}
	keras, err := attribute(root, "keras_version")
	if err != nil {
		return nil, err
	}
	m, err := config.Parse([]byte(description[0]), strings.Join(keras, ""))
	if err != nil {
		return nil, named(err, where)
	}
	training, err := attribute(root, "training_config")
	if err != nil {
		return nil, err
	}
	if len(training) == 1 {
		m.SetLoss([]byte(training[0]))
	}
	about := metadata{}
	if own, err := attribute(root, labelsAttribute); err == nil && len(own) == 1 {
		about.Names = []byte(own[0])
	}
	return about.build(m, f, where)
}

// noModel returns the error about an HDF5 file without a config.
func noModel(root *hdf5.Object, where string) error {
	for _, name := range []string{"layers", oldLayers, "model_weights"} {
		if o, err := root.Find(name); err != nil || o != nil {
			return onlyWeights(where)
		}
	}
	if names, err := attributes(root, "layer_names"); err != nil || len(names) > 0 {
		return onlyWeights(where)
	}
	names, err := root.Names()
	if err != nil {
		return err
	}
	if len(names) == 0 {
		names = []string{"nothing"}
	}
	return fault.New(fault.Data, where,
		"an HDF5 file, but no model of Keras: wanted the attribute model_config, or the group layers, found %s",
		config.Clip(strings.Join(names, ", ")))
}

// open opens an HDF5 file, which may be in an archive, of a file of size bytes. Honest weights take at most their own size
// to find, their size to unpack, and twice that as float32.
func open(data []byte, size int, where string) (*hdf5.File, error) {
	return hdf5.Open(data, where, 2*slack+6*int64(size))
}

// attribute returns the strings of an attribute, one if it is a scalar; none if it is not there.
func attribute(o *hdf5.Object, name string) ([]string, error) {
	a, err := o.Attribute(name)
	if a == nil || err != nil {
		return nil, err
	}
	return a.Strings()
}

// attributes returns the strings of an attribute that Keras divides among several, name0, name1, and so on, if it is
// too large for one.
func attributes(o *hdf5.Object, name string) (all []string, err error) {
	if all, err = attribute(o, name); len(all) > 0 || err != nil {
		return all, err
	}
	for i := 0; ; i++ {
		more, err := attribute(o, fmt.Sprint(name, i))
		if len(more) == 0 || err != nil {
			return all, err
		}
		all = append(all, more...)
	}
}

// named returns err as a fault of the file where, unless it is a fault already.
func named(err error, where string) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	return fault.New(fault.Data, where, "%w", err)
}

// metadata is what metadata.json tells, or nothing.
type metadata struct {
	KerasVersion string          `json:"keras_version"`
	Names        json.RawMessage `json:"dnn"`
}

func parseMetadata(text []byte) (m metadata) {
	if json.Unmarshal(text, &m) != nil {
		return metadata{}
	}
	return m
}

// build is the function build, with the names of classes and columns.
func (m metadata) build(described *config.Model, f *hdf5.File, where string) (*chain.Chain, error) {
	c, err := build(described, f, where)
	if err == nil {
		labels{}.set(c, m.Names)
	}
	return c, err
}

func isZip(data []byte) bool { return bytes.HasPrefix(data, []byte("PK\x03\x04")) }
