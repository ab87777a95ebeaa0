package keras

import (
	"encoding/json"

	"dnn/internal/interop/chain"
)

// labels is what a file says that Keras does not ask for, nor reads: in metadata.json under "dnn", and in an .h5 file as
// the attribute dnn.
type labels struct {
	Classes []string `json:"classes,omitempty"`
	Columns []string `json:"columns,omitempty"`
}

// labelsAttribute has labels as JSON.
const labelsAttribute = "dnn"

// labelsOf returns the labels of c; ok: it has any.
func labelsOf(c *chain.Chain) (l labels, ok bool) {
	return labels{c.Classes, c.Columns}, c.Classes != nil || c.Columns != nil
}

// set gives c the names in a text of JSON. Another program's may be anything, and is passed over.
func (l labels) set(c *chain.Chain, text []byte) {
	if json.Unmarshal(text, &l) == nil {
		c.Classes, c.Columns = l.Classes, l.Columns
	}
}
