package config

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"dnn/internal/nn"
	"dnn/internal/setting"
)

// Layer is a hidden layer: an nn.LayerSpec without a name. An empty Activation or KernelInitializer stands for the
// experiment's.
type Layer nn.LayerSpec

// newLayer returns a layer of that type, one of nn.LayerTypes, with its defaults.
func newLayer(layerType string) Layer { return Layer(nn.NewLayerSpec(layerType)) }

// settings returns the layer's settings, with pointers into l. An experiment file writes main behind the type, and the
// others as keys beside it: {dense: 100, activation: tanh}. If main is nil, the others are a mapping behind the type:
// {batch_normalization: {momentum: 0.9}}.
func (l *Layer) settings() (main *setting.Setting, others []setting.Setting) {
	all := (*nn.LayerSpec)(l).Settings()
	if len(all) > 0 && all[0].Required {
		return &all[0], all[1:]
	}
	return nil, all
}

// layerForms says how a layer can be written: units such as 100, {dense: …} or batch_normalization.
func layerForms() string {
	text, last := "units such as 100", len(nn.LayerTypes())-1
	for i, name := range nn.LayerTypes() {
		l := newLayer(name)
		if main, _ := l.settings(); main != nil {
			name = "{" + name + ": …}"
		}
		if i == last {
			return text + " or " + name
		}
		text += ", " + name
	}
	return text
}

// given returns the keys and values with which an experiment file describes the layer in the shortest way: its type,
// and the settings that are not defaults, in their order. For a layer without a main setting, the value of the type is
// itself such a list.
func (l Layer) given() []named {
	standard := newLayer(l.Type)
	main, others := l.settings()
	_, standards := standard.settings()
	var list []named
	for i, s := range others {
		if !reflect.DeepEqual(s.Value, standards[i].Value) {
			list = append(list, named{s.Name, valueOf(s)})
		}
	}
	if main == nil {
		return []named{{l.Type, list}}
	}
	return append([]named{{l.Type, valueOf(*main)}}, list...)
}

// valueOf returns the value of a setting, as it stands in a named.
func valueOf(s setting.Setting) any {
	i, ok := s.Value.(*nn.Initializer)
	if !ok {
		return reflect.ValueOf(s.Value).Elem().Interface()
	}
	if _, needed := nn.InitializerValue(i.Name); needed {
		return []named{{i.Name, i.Value}}
	}
	return i.Name
}

// named is a key of a mapping with its value: a number, text, or a []named.
type named struct {
	name  string
	value any
}

// short returns the layer as one word, if that is enough: 100, batch_normalization.
func (l Layer) short() (any, bool) {
	switch given := l.given(); {
	case len(given) != 1:
		return nil, false
	case l.Type == "dense":
		return l.Units, true
	default:
		others, isList := given[0].value.([]named)
		return l.Type, isList && len(others) == 0
	}
}

// MarshalJSON writes the layer as an experiment file does: its units or its type if that is enough, else a mapping.
func (l Layer) MarshalJSON() ([]byte, error) {
	if word, ok := l.short(); ok {
		return json.Marshal(word)
	}
	return jsonMapping(l.given())
}

func jsonMapping(list []named) ([]byte, error) {
	out := []byte{'{'}
	for i, v := range list {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(strconv.AppendQuote(out, v.name), ':')
		value, err := json.Marshal(v.value)
		if inner, ok := v.value.([]named); ok {
			value, err = jsonMapping(inner)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, value...)
	}
	return append(out, '}'), nil
}

// yamlMapping writes the mapping in one line.
func yamlMapping(list []named) string {
	var out []string
	for _, v := range list {
		value := fmt.Sprint(v.value)
		if inner, ok := v.value.([]named); ok {
			value = yamlMapping(inner)
		}
		out = append(out, v.name+": "+value)
	}
	return "{" + strings.Join(out, ", ") + "}"
}
