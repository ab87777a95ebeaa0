// Package pytorch reads the weights of networks from the files that torch.save writes: .pt, .pth, .ckpt and .tar. It
// reads both formats, the zip file of PyTorch 1.6 (2020) and later, and the pickles before it, and finds the state_dict
// in a checkpoint.
//
// The files are pickles, which Python runs as programs. Here nothing is run: machine.go makes data of them, and a class
// or function that is not on the list in globals.go is an error that names it.
package pytorch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"path"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/interop/archive"
	"dnn/internal/interop/arrays"
	"dnn/internal/interop/chain"
)

// Read returns the network whose weights are in data, a file of torch.save. It has no activations (Unsaid). Errors are
// of kind fault.Data and name where.
func Read(data []byte, where string) (*chain.Chain, error) {
	top, s, err := load(data, where)
	if err != nil {
		return nil, explain(err, where)
	}
	weights, err := find(top, where)
	if err != nil {
		return nil, err
	}
	all, err := weights.arrays(s, where)
	if err != nil {
		return nil, explain(err, where)
	}
	c, err := arrays.Chain(all, where)
	if err != nil {
		return nil, err
	}
	c.Program = "PyTorch"
	return c, nil
}

// Is reports whether data is a file of PyTorch: of torch.save, or one that Read refuses by name (TorchScript, .pt2).
func Is(data []byte) bool {
	return isLegacy(data) || archive.HasMember(data, func(name string) bool {
		base := path.Base(name)
		return base == "data.pkl" || base == "constants.pkl" || exported(base)
	})
}

// explain makes a fault of an error about the content of a file.
func explain(err error, where string) error {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.fault(where)
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	if errors.Is(err, errCut) {
		return fault.New(fault.Data, where, "wanted a whole file of PyTorch, found one that is damaged or cut: %w", err).
			WithHint("copy or download it again")
	}
	return fault.New(fault.Data, where, "wanted a file of PyTorch as torch.save writes it, found a damaged or other one: %w",
		err)
}

// load returns the object of a file, and its storages.
func load(data []byte, where string) (top any, s *source, err error) {
	switch {
	case archive.Is(data):
		return readZip(data, where)
	case isLegacy(data):
		return readLegacy(data)
	case len(data) > 262 && string(data[257:262]) == "ustar":
		return nil, nil, fault.New(fault.Data, where, "wanted a file of torch.save, found a tar archive").
			WithHint("tar xf it, and take the .pt or .pth in it")
	case bytes.HasPrefix(data, []byte("\x1f\x8b")):
		return nil, nil, fault.New(fault.Data, where, "wanted a file of torch.save, found a gzip file").
			WithHint("gunzip it, or tar xzf it, first")
	case len(data) > 2 && data[0] == 0x80 && data[1] <= 5:
		m := machine{data: data, persistent: newStorage}
		if _, err := m.run(); err != nil {
			if r, ok := errors.AsType[*refusal](err); ok && !strings.HasPrefix(r.name, "torch.storage.") {
				return nil, nil, r
			}
		}
		return nil, nil, fault.New(fault.Data, where, "wanted a file of torch.save, found a plain pickle").
			WithHint("%s", stateHint)
	}
	return nil, nil, fault.New(fault.Data, where, "wanted a file of torch.save, found another format, or a damaged file")
}

// readZip reads the format of PyTorch 1.6 and later: NAME/data.pkl is the object, NAME/data/KEY the bytes of a storage.
func readZip(data []byte, where string) (any, *source, error) {
	a, err := archive.Open(data, where)
	if err != nil {
		return nil, nil, err
	}
	folder, err := folderOf(a, where)
	if err != nil {
		return nil, nil, err
	}
	s := &source{order: binary.LittleEndian, budget: budget(a.Bytes())}
	if name := folder + "byteorder"; a.Has(name) {
		order, err := a.Read(name)
		if err != nil {
			return nil, nil, err
		}
		if string(order) == "big" {
			s.order = binary.BigEndian
		}
	}
	pickle, err := a.Read(folder + "data.pkl")
	if err != nil {
		return nil, nil, err
	}
	read := map[string][]byte{}
	s.read = func(key string) ([]byte, error) {
		if b, ok := read[key]; ok {
			return b, nil
		}
		b, err := a.Read(folder + "data/" + key)
		read[key] = b
		return b, err
	}
	m := machine{data: pickle, persistent: newStorage}
	top, err := m.run()
	return top, s, err
}

// exported reports whether torch.export.save names a member so.
func exported(base string) bool {
	return base == "archive_format" || base == "serialized_exported_program.json"
}

// folderOf returns what the names of a file's members begin with. It refuses zip files of PyTorch's other formats.
func folderOf(a *archive.Archive, where string) (string, error) {
	folder, found := "", false
	for _, name := range a.Names() {
		dir, base := path.Split(name)
		switch {
		case base == "constants.pkl" || strings.Contains(name, "/code/"):
			return "", fault.New(fault.Data, where, "wanted the weights of a network (a state_dict), found a TorchScript program").
				WithHint(`in Python: torch.save(torch.jit.load(FILE).state_dict(), "weights.pt")`)
		case exported(base):
			return "", fault.New(fault.Data, where,
				"wanted the weights of a network (a state_dict), found a program of torch.export (.pt2)").
				WithHint(`in Python: torch.save(torch.export.load(FILE).state_dict, "weights.pt")`)
		case base == "data.pkl" && strings.Count(name, "/") <= 1:
			if found {
				return "", fault.New(fault.Data, where, "wanted one data.pkl in the zip file, found two")
			}
			folder, found = dir, true
		}
	}
	if !found {
		return "", fault.New(fault.Data, where, "wanted a file of torch.save, found a zip file without data.pkl")
	}
	return folder, nil
}

// budget returns how many bytes of tensors a file of so many bytes may have: some share their storage.
func budget(bytes int) int { return 2*bytes + 1<<20 }
