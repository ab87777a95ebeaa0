package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// order returns the layers of a functional model in the order in which a sample passes them. Each must take the output
// of the one before, and nothing else.
func order(objects []object, inputs, outputs json.RawMessage) ([]object, error) {
	input, err := oneLayer(inputs, "input")
	if err != nil {
		return nil, err
	}
	output, err := oneLayer(outputs, "output")
	if err != nil {
		return nil, err
	}
	before := make([]string, len(objects)) // the name of the layer before each
	var at *object
	for i, o := range objects {
		sources, err := sources(o.InboundNodes)
		if err == nil && len(sources) != 1 && o.Name != input {
			err = fmt.Errorf("wanted the output of one layer as its input, found %d", len(sources))
		}
		if err != nil {
			return nil, fmt.Errorf("layer %s (%s): %w", Clip(o.Name), Clip(o.ClassName), err)
		}
		if o.Name == input {
			at = &objects[i]
		} else {
			before[i] = sources[0]
		}
	}
	next := map[string]object{} // by the layer before
	for i, o := range objects {
		if o.Name == input {
			continue
		}
		if other, ok := next[before[i]]; ok {
			return nil, fmt.Errorf(
				"the output of layer %s goes to layers %s (%s) and %s (%s): wanted a chain without branches",
				Clip(before[i]), Clip(other.Name), Clip(other.ClassName), Clip(o.Name), Clip(o.ClassName))
		}
		next[before[i]] = o
	}
	if at == nil {
		return nil, fmt.Errorf("config: wanted the input layer %s, found none", Clip(input))
	}
	ordered := []object{*at}
	for len(ordered) < len(objects) {
		o, ok := next[ordered[len(ordered)-1].Name]
		if !ok {
			break
		}
		ordered = append(ordered, o)
	}
	if last := ordered[len(ordered)-1]; last.Name != output || len(ordered) != len(objects) {
		return nil, fmt.Errorf("config: wanted a chain of %d layers to %s, found one of %d to %s",
			len(objects), Clip(output), len(ordered), Clip(last.Name))
	}
	return ordered, nil
}

// oneLayer returns the name of the one input or output layer: of ["dense", 0, 0] or [["dense", 0, 0]].
func oneLayer(raw json.RawMessage, what string) (string, error) {
	var one []json.RawMessage
	if json.Unmarshal(raw, &one) == nil && len(one) == 1 {
		raw = one[0]
	}
	name, ok := history(raw)
	if !ok {
		return "", fmt.Errorf("config: wanted a model with one %s, found %s", what, Clip(string(raw)))
	}
	return name, nil
}

// history returns the name in ["dense", 0, 0, ...]: the first output of a layer. Which call of the layer it is of, the
// number before the last, does not matter where layers are called once.
func history(raw json.RawMessage) (name string, ok bool) {
	var parts []json.RawMessage
	var call, tensor int
	ok = json.Unmarshal(raw, &parts) == nil && len(parts) >= 3 && json.Unmarshal(parts[0], &name) == nil &&
		json.Unmarshal(parts[1], &call) == nil && json.Unmarshal(parts[2], &tensor) == nil && tensor == 0
	return name, ok
}

// sources returns the names of the layers whose outputs a layer takes.
func sources(raw json.RawMessage) ([]string, error) {
	const most = 64 << 10 // Keras writes a few hundred bytes
	if len(raw) > most {
		return nil, errors.New("wanted simple arguments")
	}
	var calls []json.RawMessage
	if len(raw) > 0 && json.Unmarshal(raw, &calls) != nil {
		return nil, errors.New("wanted a list of calls")
	}
	if len(calls) == 0 {
		return nil, nil
	}
	if len(calls) > 1 {
		return nil, fmt.Errorf("wanted a layer that is used once, found %d uses", len(calls))
	}
	var names []string
	if bytes.HasPrefix(bytes.TrimSpace(calls[0]), []byte("{")) { // Keras 3: the arguments of the call
		err := tensors(calls[0], 0, &names)
		return names, err
	}
	var nodes []json.RawMessage // Keras 2
	if json.Unmarshal(calls[0], &nodes) != nil {
		return nil, errors.New("wanted a list of inputs")
	}
	if name, ok := history(calls[0]); ok {
		return []string{name}, nil
	}
	for _, node := range nodes {
		name, ok := history(node)
		if !ok {
			return nil, fmt.Errorf("wanted the output of a layer as its input, found %s", Clip(string(node)))
		}
		names = append(names, name)
	}
	return names, nil
}

// tensors appends the layers of all tensors among the arguments of a call.
func tensors(raw json.RawMessage, depth int, names *[]string) error {
	const maxArguments = 8
	if depth > maxArguments {
		return errors.New("wanted simple arguments")
	}
	raw = bytes.TrimSpace(raw)
	switch {
	case bytes.HasPrefix(raw, []byte("[")):
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			return err
		}
		for _, one := range list {
			if err := tensors(one, depth+1, names); err != nil {
				return err
			}
		}
	case bytes.HasPrefix(raw, []byte("{")):
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(raw, &fields); err != nil {
			return err
		}
		var tensor struct {
			Class  string `json:"class_name"`
			Config struct {
				History json.RawMessage `json:"keras_history"`
			} `json:"config"`
		}
		if json.Unmarshal(raw, &tensor) == nil && tensor.Class == "__keras_tensor__" {
			name, ok := history(tensor.Config.History)
			if !ok {
				return errors.New("wanted the output of a layer as its input")
			}
			*names = append(*names, name)
			return nil
		}
		for _, one := range fields {
			if err := tensors(one, depth+1, names); err != nil {
				return err
			}
		}
	}
	return nil
}
