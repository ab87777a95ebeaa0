package config

import (
	"encoding/json"
	"strings"
)

// losses has the names of Keras's losses that are known, by those that files have.
var losses = map[string]string{
	"categorical_crossentropy": "categorical_crossentropy", "categoricalcrossentropy": "categorical_crossentropy",

	// With classes as labels it is the same.
	"sparse_categorical_crossentropy": "categorical_crossentropy",
	"sparsecategoricalcrossentropy":   "categorical_crossentropy",

	"binary_crossentropy": "binary_crossentropy", "binarycrossentropy": "binary_crossentropy",
	"mean_squared_error": "mean_squared_error", "meansquarederror": "mean_squared_error", "mse": "mean_squared_error",
}

// SetLoss reads the loss from how a model was compiled: a name, or an object; also in a list of one. What is not known
// leaves it empty.
func (m *Model) SetLoss(compiled json.RawMessage) {
	var config struct {
		Loss json.RawMessage `json:"loss"`
	}
	const most = 64 << 10 // Keras writes about a thousand bytes
	if len(compiled) == 0 || len(compiled) > most || json.Unmarshal(compiled, &config) != nil {
		return
	}
	raw := config.Loss
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil && len(list) == 1 {
		raw = list[0]
	}
	var name string
	var o object
	var settings struct {
		FromLogits     bool    `json:"from_logits"`
		LabelSmoothing float64 `json:"label_smoothing"`
	}
	if json.Unmarshal(raw, &name) != nil {
		if len(raw) == 0 || json.Unmarshal(raw, &o) != nil {
			return
		}
		name = o.ClassName
		if json.Unmarshal(o.Config, &name) != nil && json.Unmarshal(o.Config, &settings) != nil {
			return
		}
	}
	if m.Loss = losses[strings.ToLower(name)]; m.Loss == "" {
		m.OtherLoss = Clip(name)
	}
	m.Logits = settings.FromLogits && m.Loss != ""
	if s := settings.LabelSmoothing; m.Loss != "" && s >= 0 && s <= 1 {
		m.Smooth = s
	}
}
