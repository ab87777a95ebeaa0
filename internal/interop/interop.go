// Package interop reads and writes networks in the formats of other programs. Each format is a package below it, which
// turns a file into a chain.Chain or a Chain into a file. This package tells formats apart, makes models of chains, and
// opens and replaces files.
package interop

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"os"
	"path/filepath"

	"dnn/internal/config"
	"dnn/internal/fault"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/hdf5"
	"dnn/internal/modelfile"
	"dnn/internal/safetensors"
)

// Options say what a file cannot say of its network. The zero Options are for a file that says all.
type Options struct {
	Activations []string          // of the hidden Dense layers: one for all, or one for each, and then the output's
	Like        *config.Resolved  // the experiment that describes the network and its data; nil: none
	Scale       float64           // what an input is multiplied with before all else; 0: as the file says
	Classes     []string          // names of the classes, in the order of the outputs; nil: as the file says
	KerasConfig string            // path of the JSON, or the .keras file, that describes a .weights.h5; empty: none
	Opens       func(path string) // is called before each file but path itself is read; nil: nobody wants to know
}

// Read reads the network at path: a model file, or a file or folder of another program. Notes say what was assumed,
// rounded or left out. Errors are of kind fault.Data and name path; what a person has to add is a hint. The SHA256 of a
// model from another program is that of its file, with those of its weights beside it, if it has such, behind it.
func Read(path string, o Options) (m *modelfile.Model, notes []string, err error) {
	f, decode, err := open(path, o.Opens)
	if err != nil {
		return nil, nil, err
	}
	if decode == nil {
		m, err := modelfile.Read(path) // which says what is wrong, if it is no model file
		return m, nil, err
	}
	if o.KerasConfig != "" && !hdf5.Is(f.data) {
		return nil, nil, fault.New(fault.Usage, "--config", "wanted none: it describes the layers of a .weights.h5, and %s "+
			"is no HDF5 file", path)
	}
	f.options = o
	c, err := decode(f)
	if err != nil {
		return nil, nil, err
	}
	if m, notes, err = model(c, o, f.path); err != nil {
		return nil, nil, err
	}
	m.SHA256 = hex.EncodeToString(f.digest.Sum(nil))
	return m, notes, nil
}

// ReadModel is Read for a file that has to say all itself. note is called with each note, which names the file.
func ReadModel(path string, note func(text string)) (*modelfile.Model, error) {
	m, notes, err := Read(path, Options{})
	for _, text := range notes {
		note(path + ": " + text)
	}
	return m, err
}

// ReadChain is Read for a network that is to be written in another format. Of a file of another program nothing is
// assumed: the chain takes and gives the same as the file. A checkpoint is read too, with the state of Adam. program is
// the name and version of this one.
func ReadChain(path, program string) (c *chain.Chain, notes []string, err error) {
	f, decode, err := open(path, nil)
	switch {
	case err != nil:
		return nil, nil, err
	case decode != nil:
		if c, err = decode(f); err != nil {
			return nil, nil, err
		}
		if err = c.CheckSaid(f.path); err != nil {
			return nil, nil, err
		}
		c.Program = program
		return c, c.Notes, nil
	case isCheckpoint(path):
		m, adam, err := readCheckpoint(path)
		if err != nil {
			return nil, nil, err
		}
		c := chain.Of(m, program)
		c.Optimizer = adam
		return c, nil, nil
	}
	m, err := modelfile.Read(path)
	if err != nil {
		return nil, nil, err
	}
	return chain.Of(m, program), nil, nil
}

// open reads the file at path, or the one that describes the network in a folder. The decoder is nil if modelfile is to
// read it, or to say what is wrong with it.
func open(path string, opens func(path string)) (f file, decode decoder, err error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		inside := filepath.Join(path, tfjsModel)
		if _, err := os.Stat(inside); err != nil {
			return f, nil, fault.New(fault.Data, path, "wanted a model file, found a folder without a %s", tfjsModel)
		}
		path = inside
		if opens != nil {
			opens(path)
		}
	}
	start := peek(path)
	decode = decoderOf(start)
	if decode == nil || safetensors.Sealed(start) {
		return file{}, nil, nil
	}
	data, err := readFile(path)
	f = file{data: data, path: path, digest: sha256.New()}
	f.digest.Write(data)
	return f, decode, err
}

// IsOwn reports whether the file at path is one of dnn's, a model file or a checkpoint, by its first bytes.
func IsOwn(path string) bool {
	return safetensors.Sealed(peek(path))
}

// isCheckpoint reports whether the file at path is a checkpoint of dnn, by its first bytes.
func isCheckpoint(path string) bool {
	start := peek(path)
	return safetensors.Sealed(start) && bytes.Contains(start[:min(len(start), 200)], []byte(`"checkpoint":`))
}

// file is a file to be decoded.
type file struct {
	data    []byte
	path    string
	options Options
	digest  hash.Hash // of data and of the files beside it that were read: there may be all weights
}

// beside reads another file in the folder of f.
func (f file) beside(name string) ([]byte, error) {
	path := filepath.Join(filepath.Dir(f.path), name)
	if f.options.Opens != nil {
		f.options.Opens(path)
	}
	data, err := readFile(path)
	f.digest.Write(data)
	return data, err
}

// decoder reads what a file of its format says.
type decoder func(f file) (*chain.Chain, error)
