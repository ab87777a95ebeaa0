package modelfile

import (
	"slices"
	"strconv"
	"strings"

	"dnn/internal/fault"
)

const matchHint = "inputs and outputs are matched by name: the data set and the model must have the same"

// MatchesInput refuses a data set, called set, whose columns are not by name those of m, which was read from where. Their order
// may differ. Images have no columns.
func (m *Model) MatchesInput(where, set string, columns []string) error {
	if (len(m.Columns) > 0) != (len(columns) > 0) {
		kinds := map[bool]string{true: "a table", false: "images"}
		return fault.New(fault.Data, where, "wanted a model of %s, as %s is, found one of %s",
			kinds[len(columns) > 0], set, kinds[len(m.Columns) > 0]).WithHint(matchHint)
	}
	if what := differences("column", m.Columns, columns, set); what != "" {
		return fault.New(fault.Data, where, "wanted a model with the columns of %s, found others: %s", set, what).WithHint(matchHint)
	}
	return nil
}

// MatchesClasses is MatchesInput of the classes. A model without names of classes matches any.
func (m *Model) MatchesClasses(where, set string, classes []string) error {
	if len(m.Classes) == 0 || len(classes) == 0 {
		return nil
	}
	if what := differences("class", m.Classes, classes, set); what != "" {
		return fault.New(fault.Data, where, "wanted a model with the classes of %s, found others: %s", set, what).WithHint(matchHint)
	}
	return nil
}

// MatchesOrder refuses the same names in another order, where a model is given samples as they are.
func (m *Model) MatchesOrder(where, set string, columns, classes []string) error {
	if !slices.Equal(m.Columns, columns) {
		return fault.New(fault.Data, where, "wanted a model with the columns of %s in their order, found %s", set, some(m.Columns)).
			WithHint("write the table with its columns in the model's order")
	}
	if len(m.Classes) > 0 && len(classes) > 0 && !slices.Equal(m.Classes, classes) {
		return fault.New(fault.Data, where, "wanted a model with the classes of %s in their order, found %s", set, some(m.Classes))
	}
	return nil
}

// differences says which names only the model has, and which only the data set; empty if there are none.
func differences(kind string, model, own []string, set string) string {
	var parts []string
	for _, side := range []struct {
		who     string
		has, is []string
	}{{"the model", model, own}, {set, own, model}} {
		others := make(map[string]bool, len(side.is))
		for _, name := range side.is {
			others[name] = true
		}
		var only []string
		for _, name := range side.has {
			if !others[name] {
				only = append(only, strconv.Quote(name))
			}
		}
		if len(only) > 0 {
			parts = append(parts, "only "+side.who+" has the "+kind+" "+some(only))
		}
	}
	return strings.Join(parts, "; ")
}

// some joins names for a message, of which it says the first few.
func some(names []string) string {
	const most = 5
	if more := len(names) - most; more > 0 {
		names = append(slices.Clone(names[:most]), "and "+strconv.Itoa(more)+" more")
	}
	return strings.Join(names, ", ")
}
