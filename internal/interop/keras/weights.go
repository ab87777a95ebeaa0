package keras

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dnn/internal/fault"
	"dnn/internal/interop/hdf5"
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

// variables returns what the layer, which is no model, has in a file, in Keras's order.
func (l *layer) variables() ([]variable, error) {
	k := kinds[l.class]
	if k.variables == nil {
		return nil, nil
	}
	all, err := k.variables(l.config)
	if err != nil {
		return nil, l.fault(err)
	}
	return all, nil
}

// find finds the variables of all layers in a file.
func (m *model) find(f *hdf5.File, where string) error {
	root := f.Root()
	for _, name := range []string{"layers", oldLayers} {
		layers, err := root.Find(name)
		if err != nil {
			return err
		}
		if layers != nil {
			return findByClass(layers, m.layers, name == oldLayers)
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
		return fault.New(fault.Data, where, "wanted weights of Keras: a group layers, or the attribute layer_names; found neither")
	}
	return findInOrder(group, names, m.layers)
}

// findByClass finds variables as .keras and .weights.h5 have them: the third Dense layer's are dense_2/vars/0, 1. A model
// has a group of its own, with the same within it. In old files, numbers are left out.
func findByClass(group *hdf5.Object, layers []*layer, old bool) error {
	counts := map[string]int{}
	for _, l := range layers {
		base := kinds[l.class].group
		if isModel(l.class) {
			base = strings.ToLower(l.class)
		}
		if base == "" {
			continue
		}
		own, err := member3(group, base, counts[base], old)
		if err != nil {
			return err
		}
		counts[base]++
		if isModel(l.class) {
			err = findInModel(own, l, old)
		} else {
			err = l.findOwn(own)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// member3 returns the group of the n-th layer, from 0, of a class, or nil if there is none.
func member3(group *hdf5.Object, base string, n int, old bool) (*hdf5.Object, error) {
	name := base
	if n > 0 {
		name = fmt.Sprint(base, "_", n)
	}
	if !old {
		return group.Find(name)
	}
	names, err := group.Names()
	if err != nil {
		return nil, err
	}
	var numbers []int
	for _, name := range names {
		rest, ok := strings.CutPrefix(name, base)
		number, err := strconv.Atoi(strings.TrimPrefix(rest, "_"))
		if ok && (rest == "" || err == nil && rest[0] == '_') {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	if n >= len(numbers) {
		return nil, nil
	}
	if numbers[n] == 0 {
		return group.Find(base)
	}
	return group.Find(fmt.Sprint(base, "_", numbers[n]))
}

// findInModel finds the variables of a nested model in its group, which is nil if there is none.
func findInModel(own *hdf5.Object, l *layer, old bool) error {
	if own == nil { // of a model without weights
		return noneWanted(flat(l.inner))
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
		return noneWanted(flat(l.inner))
	}
	return findByClass(layers, l.inner, old)
}

// noneWanted returns an error if one of the layers, whose variables are not there, has some.
func noneWanted(layers []*layer) error {
	for _, l := range layers {
		wanted, err := l.variables()
		if err == nil && len(wanted) > 0 {
			err = l.fault(fmt.Errorf("wanted its weights (%s), found none", names(wanted)))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// findOwn finds the layer's variables 0, 1, and so on, in its group, which is nil if there is none.
func (l *layer) findOwn(own *hdf5.Object) error {
	wanted, err := l.variables()
	if err != nil || len(wanted) == 0 {
		return err
	}
	if own != nil {
		if own, err = own.Find("vars"); err != nil {
			return err
		}
	}
	if own == nil {
		return noneWanted([]*layer{l})
	}
	found, err := own.Names()
	if err != nil {
		return err
	}
	if len(found) != len(wanted) {
		return l.fault(fmt.Errorf("wanted %s (%s), found %d", fault.Count(len(wanted), "array"), names(wanted), len(found)))
	}
	for i, v := range wanted {
		at, err := own.Find(strconv.Itoa(i))
		if err != nil {
			return err
		}
		if at == nil {
			return l.fault(fmt.Errorf("wanted the array %d (%s) in %s, found none", i, v.name, own.Path()))
		}
		l.values = append(l.values, stored{v, at})
	}
	return nil
}

// findInOrder finds variables as .h5 has them: for each layer of the model, also one that is a model, a group with the
// names of its arrays. Those that are trained come first. As in Keras, it is the order that counts, not the names.
func findInOrder(group *hdf5.Object, names []string, layers []*layer) error {
	var full []*hdf5.Object // groups of layers that have variables
	for _, name := range names {
		own, err := group.Find(name)
		if err != nil {
			return err
		}
		if own == nil {
			return fmt.Errorf("wanted the group of layer %s, found none", clip(name))
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
		inner := flat([]*layer{l})
		wanted, err := slots(inner)
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
		return fmt.Errorf("wanted no more weights than those of the config's layers, found %s too", clip(full[0].Path()))
	}
	return nil
}

// slots makes room for the variables of layers, and returns it in the order in which a file has them.
func slots(layers []*layer) (all []*stored, err error) {
	var rest []*stored
	for _, l := range layers {
		wanted, err := l.variables()
		if err != nil {
			return nil, err
		}
		l.values = make([]stored, len(wanted))
		for i, v := range wanted {
			l.values[i].variable = v
			if v.trainable && l.trainable {
				all = append(all, &l.values[i])
			} else {
				rest = append(rest, &l.values[i])
			}
		}
	}
	return append(all, rest...), nil
}

// fill finds the wanted variables of l in its group.
func fill(own *hdf5.Object, l *layer, wanted []*stored) error {
	arrays, err := attributes(own, "weight_names")
	if err != nil {
		return err
	}
	if len(arrays) != len(wanted) {
		return l.fault(fmt.Errorf("wanted %s, found %d", fault.Count(len(wanted), "array"), len(arrays)))
	}
	for i, name := range arrays {
		at, err := own.Find(name)
		if err != nil {
			return err
		}
		if at == nil {
			return l.fault(fmt.Errorf("wanted the array %s, found none", clip(name)))
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
