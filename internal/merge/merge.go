// Package merge makes one network of several. Its logits are the mean of theirs, so it is what averaging their
// outputs would give, in one model file: an ensemble of dense networks is a dense network.
//
// The hidden units of the networks stand side by side. Each network still sees only its own: where one layer feeds the
// next, the kernel is block-diagonal. The output layer sees all of them, and divides by their number. For two networks,
// A and B, with two hidden layers (kernels are [in, out], and biases follow the columns):
//
//	first layer            next layer             output layer
//
//	         A    B               A    B                 classes
//	inputs [ A1 | B1 ]     A    [ A2 |  0 ]       A    [ A3 / 2 ]
//	                       B    [  0 | B2 ]       B    [ B3 / 2 ]
//
// More is folded into the weights, since it is linear (or nothing at all) once a network is trained: batch
// normalization, into a layer beside it, and an activation layer, into the one before it (fold.go); Dropout, which leaves
// inference as it is; and a fixed view of the input, such as an image in a mirror, which only moves rows of the first
// kernel (view.go).
//
// All of it is exact but for the rounding of weights to float32: sums are formed in float64. The package reads model
// files, and neither samples nor a terminal.
package merge

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"dnn/internal/config"
	"dnn/internal/fault"
	"dnn/internal/modelfile"
	"dnn/internal/nn"
)

// Mean is the mean of the logits of some models, each of which sees its inputs as they are and in some other views.
type Mean struct {
	files   []file
	views   []view
	arch    nn.Architecture  // of the merged network
	trained *config.Resolved // its experiment: the first model's, with the layers of the merged network
}

// file is one of the models.
type file struct {
	*modelfile.Model
	path    string
	trained *config.Resolved // the experiment that it was trained by
}

// Read reads the models at paths, at least one, with the given function. They are to be merged. views are names out of Views, each at most
// once. Models whose mean would not be a network, or would not be tested fairly, are a fault.Data that names the file.
// One model alone may be any: there is nothing to average then, only to fold.
func Read(paths, views []string, read func(path string) (*modelfile.Model, error)) (*Mean, error) {
	m := &Mean{}
	var err error
	if m.views, err = parseViews(views); err != nil {
		return nil, err
	}
	for _, path := range paths {
		f := file{path: path}
		if f.Model, err = read(path); err != nil {
			return nil, err
		}
		f.Model = fold(f.Model)
		if f.trained, err = config.Stored(path, f.Config); err != nil {
			return nil, err
		}
		m.files = append(m.files, f)
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	m.arch = m.architecture()
	for _, l := range m.arch.Layers {
		if l.Units > nn.MaxUnits {
			return nil, fault.New(fault.Data, "the merged network", "%s: wanted at most %d units, found %d",
				l.Name, nn.MaxUnits, l.Units)
		}
	}
	first := m.files[0]
	m.trained, err = config.StoredFor(first.path, first.Config, m.arch)
	return m, err
}

// Networks returns how many networks the mean is taken of: models times views.
func (m *Mean) Networks() int { return len(m.files) * (1 + len(m.views)) }

// Architecture returns the merged network's. It is known before Model, which takes as much memory as its weights.
func (m *Mean) Architecture() nn.Architecture { return m.arch }

// Bytes returns about how much memory it takes to make the merged model and to evaluate it: its weights twice.
func (m *Mean) Bytes() float64 { return 2 * 4 * float64(m.arch.Parameters()) }

// Name returns the name of the mean of the models at paths, in messages: a.bin, b.bin with horizontal_flip.
func Name(paths, views []string) string {
	name := strings.Join(paths, ", ")
	if len(views) > 0 {
		name += " with " + strings.Join(views, ", ")
	}
	return name
}

// Experiment returns the experiment of the first model, with the layers of the merged network.
func (m *Mean) Experiment() *config.Resolved { return m.trained }

// architecture returns the Dense layers of the merged network.
func (m *Mean) architecture() nn.Architecture {
	first := m.files[0].Architecture
	merged := nn.Architecture{Input: first.Input, Loss: first.Loss, LabelSmoothing: first.LabelSmoothing}
	for i, l := range denseLayers(first) {
		spec := nn.LayerSpec{Type: "dense", Name: nn.LayerName("dense", i), Units: l.Units, Activation: l.Activation}
		merged.Layers = append(merged.Layers, spec)
	}
	hidden := merged.Layers[:len(merged.Layers)-1] // the output layer keeps its units
	for i := range hidden {
		hidden[i].Units = 0
		for _, f := range m.files {
			hidden[i].Units += denseLayers(f.Architecture)[i].Units * (1 + len(m.views))
		}
	}
	return merged
}

// denseLayers returns the Dense layers of a.
func denseLayers(a nn.Architecture) []nn.LayerSpec {
	return slices.DeleteFunc(slices.Clone(a.Layers), func(l nn.LayerSpec) bool { return l.Type != "dense" })
}

// Model returns the merged model. version is that of the program.
func (m *Mean) Model(version string) (*modelfile.Model, error) {
	settings, err := json.Marshal(m.trained.Reproducible())
	if err != nil {
		return nil, err
	}
	first := m.files[0]
	merged := *first.Model
	merged.Version, merged.Architecture, merged.Config, merged.SHA256 = version, m.arch, settings, ""
	merged.Teachers, merged.Merged, merged.Start = nil, nil, ""
	if len(m.files) > 1 {
		merged.History, merged.RateChanges = nil, nil // no epoch gave this network
	}
	for _, f := range m.files { // the files of other programs have neither
		merged.DataHash = cmp.Or(merged.DataHash, f.DataHash)
		if len(merged.Classes) == 0 {
			merged.Classes = f.Classes
		}
	}
	merged.Mean, merged.Std = m.standardization()
	var parts []network
	for _, f := range m.files {
		part := layersOf(f.Restandardized(merged.Mean, merged.Std))
		parts = append(parts, part)
		merged.Merged = append(merged.Merged, modelfile.Part{SHA256: f.SHA256})
		for _, v := range m.views {
			parts = append(parts, part.seeing(v, f.InputShape))
			merged.Merged = append(merged.Merged, modelfile.Part{SHA256: f.SHA256, View: v.name})
		}
		for _, teacher := range f.Teachers {
			if !slices.Contains(merged.Teachers, teacher) {
				merged.Teachers = append(merged.Teachers, teacher)
			}
		}
	}
	merged.Tensors = join(parts).tensors()
	return &merged, nil
}
