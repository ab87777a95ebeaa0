package tfjs

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/interop/arrays"
	"dnn/internal/interop/chain"
	"dnn/internal/interop/hdf5"
	"dnn/internal/interop/keras"
	"dnn/internal/interop/keras/config"
)

// variables are the arrays of the classes that have some, in the order of Keras.
var variables = map[string]struct {
	group string // of a file of Keras
	names []string
}{
	"Dense":              {"dense", []string{"kernel", "bias"}},
	"BatchNormalization": {"batch_normalization", []string{"gamma", "beta", "moving_mean", "moving_variance"}},
}

// network returns the chain of a model's topology, which is a config of Keras. Package keras reads those, with weights
// that are in HDF5, so the weights go where Keras has them: layers/dense_1/vars/0.
func network(m model, all []arrays.Array, where string) (*chain.Chain, error) {
	topology, version, err := kerasConfig(m.Topology)
	if err != nil {
		return nil, fault.New(fault.Data, where, "modelTopology: %w", err)
	}
	parsed, err := config.Parse(topology, version)
	if err != nil {
		return nil, fault.New(fault.Data, where, "modelTopology: %w", err)
	}
	p := newPlacing(all)
	var root hdf5.Group
	root.Group("layers")
	if err := p.place(&root, "layers", parsed.Layers); err != nil {
		return nil, fault.New(fault.Data, where, "%w", err)
	}
	for i, a := range all {
		if !p.used[i] {
			return nil, fault.New(fault.Data, where, "wanted weights of the model's layers, found %.80q", a.Name)
		}
	}
	file, err := root.Bytes()
	if err != nil {
		return nil, fault.New(fault.Data, where, "%w", err)
	}
	c, err := keras.ReadWeights(file, topology, where)
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		if a.Type == "float16" {
			c.Note("its float16 weights became float32")
		}
	}
	c.Program = "TensorFlow.js"
	return c, nil
}

// kerasConfig returns the config of a topology, with the version of Keras whose words it uses: those of Keras 2 if
// TensorFlow.js itself wrote it.
func kerasConfig(topology json.RawMessage) (text []byte, version string, err error) {
	var outer map[string]json.RawMessage
	if err := decode(topology, &outer); err != nil {
		return nil, "", err
	}
	inner := outer
	if raw, ok := outer["model_config"]; ok {
		inner = nil
		if err := decode(raw, &inner); err != nil {
			return nil, "", err
		}
	}
	if inner == nil {
		return nil, "", fmt.Errorf("wanted the config of a model, found none")
	}
	if json.Unmarshal(outer["keras_version"], &version) != nil || !strings.HasPrefix(version, "3") {
		version = "2"
	}
	inner["keras_version"] = json.RawMessage(strconv.Quote(version))
	text, err = json.Marshal(inner)
	return text, version, err
}

// placing puts weights where Keras has them.
type placing struct {
	weights []arrays.Array
	used    []bool
	byName  map[string][]int // the indices of weights by the last two parts of their names: dense/kernel
}

func newPlacing(all []arrays.Array) *placing {
	p := &placing{weights: all, used: make([]bool, len(all)), byName: map[string][]int{}}
	for i, a := range all {
		name := strings.TrimSuffix(a.Name, ":0")
		end := strings.LastIndexByte(name, '/')
		name = name[strings.LastIndexByte(name[:max(end, 0)], '/')+1:] // what is before are names of models
		p.byName[name] = append(p.byName[name], i)
	}
	return p
}

// place adds the weights of layers, and of the models among them, to a group.
func (p *placing) place(root *hdf5.Group, group string, layers []*config.Layer) error {
	counts := map[string]int{}
	for _, l := range layers {
		v, ok := variables[l.Class]
		if config.IsModel(l.Class) {
			v.group = strings.ToLower(l.Class)
		} else if !ok {
			continue
		}
		own := group + "/" + v.group
		if n := counts[v.group]; n > 0 {
			own += "_" + strconv.Itoa(n)
		}
		counts[v.group]++
		if config.IsModel(l.Class) {
			if err := p.place(root, own+"/layers", l.Inner); err != nil {
				return err
			}
			continue
		}
		n := 0
		for _, name := range v.names {
			i := p.find(l.Name, name)
			if i < 0 {
				continue // a layer may be without; package keras knows
			}
			a := p.weights[i]
			if a.Data == nil {
				return l.Fault(fmt.Errorf("%s: wanted float32, found %s", name, clip(a.Type)))
			}
			p.used[i] = true
			root.Floats(own+"/vars/"+strconv.Itoa(n), a.Shape, a.Data)
			n++
		}
	}
	return nil
}

// find returns the index of the first weight of that name that no layer has; -1: there is none.
func (p *placing) find(layer, name string) int {
	layer = layer[strings.LastIndexByte(layer, '/')+1:]
	for _, i := range p.byName[layer+"/"+name] {
		if !p.used[i] {
			return i
		}
	}
	return -1
}
