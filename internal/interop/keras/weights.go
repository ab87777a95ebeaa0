package keras

import (
	"fmt"
	"strconv"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/interop/hdf5"
	"dnn/internal/interop/keras/config"
)

// oldLayers is the group that TensorFlow 2.12 and 2.13 call what is layers in all other files.
const oldLayers = "_layer_checkpoint_dependencies"

// variable is an array that a layer has in a file.
type variable struct {
	name      string
	trainable bool // it is one of those that are trained, as long as the layer is
}

// stored is a variable in a file.
type stored struct {
	variable
	at *hdf5.Object
}

// weights are the variables of layers, each layer's in the order of variables.
type weights map[*config.Layer][]stored

// variables returns what the layer, which is no model, has in a file, in Keras's order.
func variables(l *config.Layer) ([]variable, error) {
	k := kinds[l.Class]
	if k.variables == nil {
		return nil, nil
	}
	all, err := k.variables(l.Settings)
	if err != nil {
		return nil, l.Fault(err)
	}
	return all, nil
}

// find finds the variables of all layers in a file.
func (w weights) find(f *hdf5.File, m *config.Model, where string) error {
	root := f.Root()
	for _, name := range []string{"layers", oldLayers} {
		layers, err := root.Find(name)
		if err != nil {
			return err
		}
		if layers != nil {
			return w.findByClass(layers, m.Layers, name == oldLayers)
		}
	}
	group, err := root.Find("model_weights")
	if err != nil {
		return err
	}
	if group == nil {
		group = root
	}
	names, err := attributes(group, "layer_names")
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return fault.New(fault.Data, where,
			"wanted weights of Keras: a group layers, or the attribute layer_names; found neither")
	}
	return w.findInOrder(group, names, m.Layers)
}

// findByClass finds variables as .keras and .weights.h5 have them: the third Dense layer's are dense_2/vars/0, 1. A
// model has a group of its own, with the same within it. Old files count a layer with variables twice: the second Dense
// layer's are in dense_2.
func (w weights) findByClass(group *hdf5.Object, layers []*config.Layer, old bool) error {
	counts := map[string]int{}
	for _, l := range layers {
		base := kinds[l.Class].group
		if config.IsModel(l.Class) {
			base = strings.ToLower(l.Class)
		}
		if base == "" {
			continue
		}
		own, err := group.Find(numbered(base, counts[base]))
		if old && own == nil && err == nil {
			counts[base]++
			own, err = group.Find(numbered(base, counts[base]))
		}
		if err != nil {
			return err
		}
		counts[base]++
		if config.IsModel(l.Class) {
			err = w.findInModel(own, l, old)
		} else {
			err = w.findOwn(own, l)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// numbered returns the name of the n-th of groups, from 0.
func numbered(base string, n int) string {
	if n == 0 {
		return base
	}
	return base + "_" + strconv.Itoa(n)
}

// findInModel finds the variables of a nested model in its group, which is nil if there is none.
func (w weights) findInModel(own *hdf5.Object, l *config.Layer, old bool) error {
	if own == nil { // of a model without weights
		return noneWanted(config.Flat(l.Inner))
	}
	name := "layers"
	if old {
		name = oldLayers
	}
	layers, err := own.Find(name)
	if err != nil {
		return err
	}
	if layers == nil {
		return noneWanted(config.Flat(l.Inner))
	}
	return w.findByClass(layers, l.Inner, old)
}

// noneWanted returns an error if one of the layers, whose variables are not there, has some.
func noneWanted(layers []*config.Layer) error {
	for _, l := range layers {
		wanted, err := variables(l)
		if err == nil && len(wanted) > 0 {
			err = l.Fault(fmt.Errorf("wanted its weights (%s), found none", names(wanted)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// findOwn finds the layer's variables 0, 1, and so on, in its group, which is nil if there is none.
func (w weights) findOwn(own *hdf5.Object, l *config.Layer) error {
	wanted, err := variables(l)
	if err != nil || len(wanted) == 0 {
		return err
	}
	if own != nil {
		if own, err = own.Find("vars"); err != nil {
			return err
		}
	}
	if own == nil {
		return noneWanted([]*config.Layer{l})
	}
	found, err := own.Names()
	if err != nil {
		return err
	}
	if len(found) != len(wanted) {
		return l.Fault(fmt.Errorf("wanted %s (%s), found %d",
			fault.Count(len(wanted), "array"), names(wanted), len(found)))
	}
	for i, v := range wanted {
		at, err := own.Find(strconv.Itoa(i))
		if err != nil {
			return err
		}
		if at == nil {
			return l.Fault(fmt.Errorf("wanted the array %d (%s) in %s, found none", i, v.name, own.Path()))
		}
		w[l] = append(w[l], stored{v, at})
	}
	return nil
}

// findInOrder finds variables as .h5 has them: for each layer of the model, also one that is a model, a group with the
// names of its arrays. Those that are trained come first. As in Keras, it is the order that counts, not the names.
func (w weights) findInOrder(group *hdf5.Object, names []string, layers []*config.Layer) error {
	var full []*hdf5.Object // groups of layers that have variables
	for _, name := range names {
		own, err := group.Find(name)
		if err != nil {
			return err
		}
		if own == nil {
			return fmt.Errorf("wanted the group of layer %s, found none", config.Clip(name))
		}
		arrays, err := attributes(own, "weight_names")
		if err != nil {
			return err
		}
		if len(arrays) > 0 {
			full = append(full, own)
		}
	}
	for _, l := range layers {
		inner := config.Flat([]*config.Layer{l})
		wanted, err := w.slots(inner)
		if err != nil {
			return err
		}
		if len(wanted) == 0 {
			continue
		}
		if len(full) == 0 {
			return noneWanted(inner)
		}
		if err := fill(full[0], l, wanted); err != nil {
			return err
		}
		full = full[1:]
	}
	if len(full) > 0 {
		return fmt.Errorf("wanted no more weights than those of the config's layers, found %s too",
			config.Clip(full[0].Path()))
	}
	return nil
}

// slots makes room for the variables of layers, and returns it in the order in which a file has them.
func (w weights) slots(layers []*config.Layer) (all []*stored, err error) {
	var rest []*stored
	for _, l := range layers {
		wanted, err := variables(l)
		if err != nil {
			return nil, err
		}
		w[l] = make([]stored, len(wanted))
		for i, v := range wanted {
			w[l][i].variable = v
			if v.trainable && l.Trainable {
				all = append(all, &w[l][i])
			} else {
				rest = append(rest, &w[l][i])
			}
		}
	}
	return append(all, rest...), nil
}

// fill finds the wanted variables of l in its group.
func fill(own *hdf5.Object, l *config.Layer, wanted []*stored) error {
	arrays, err := attributes(own, "weight_names")
	if err != nil {
		return err
	}
	if len(arrays) != len(wanted) {
		return l.Fault(fmt.Errorf("wanted %s, found %d", fault.Count(len(wanted), "array"), len(arrays)))
	}
	for i, name := range arrays {
		at, err := own.Find(name)
		if err != nil {
			return err
		}
		if at == nil {
			return l.Fault(fmt.Errorf("wanted the array %s, found none", config.Clip(name)))
		}
		wanted[i].at = at
	}
	return nil
}

func names(variables []variable) string {
	var all []string
	for _, v := range variables {
		all = append(all, v.name)
	}
	return strings.Join(all, ", ")
}
