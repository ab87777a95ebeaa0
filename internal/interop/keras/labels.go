package keras

import (
	"encoding/json"

	"dnn/internal/interop/chain"
)

// labels is what a file says that Keras does not ask for, nor reads: in metadata.json under "dnn", and in an .h5 file as
// the attribute dnn.
type labels struct {
	Bytes   bool     `json:"bytes,omitempty"` // inputs are whole numbers from 0 to 255, though no layer scales them
	Classes []string `json:"classes,omitempty"`
	Columns []string `json:"columns,omitempty"`
}

// labelsAttribute has labels as JSON.
const labelsAttribute = "dnn"

// labelsOf returns the labels of c; ok: it has any.
func labelsOf(c *chain.Chain) (l labels, ok bool) {
	l = labels{Bytes: c.Bytes, Classes: c.Classes, Columns: c.Columns}
	if len(c.Steps) > 0 {
		_, scaled := c.Steps[0].(chain.Affine)
		l.Bytes = l.Bytes && !scaled
	}
	return l, l.Bytes || l.Classes != nil || l.Columns != nil
}

// set gives c the names in a text of JSON. Another program's may be anything, and is passed over.
func (l labels) set(c *chain.Chain, text []byte) {
	if json.Unmarshal(text, &l) == nil {
		c.Bytes, c.Classes, c.Columns = c.Bytes || l.Bytes, l.Classes, l.Columns
	}
}
