package modelfile

import (
	"slices"
	"strconv"
	"strings"

	"dnn/internal/fault"
)

const matchHint = "inputs and outputs are matched by name: the data set and the model must have the same"

// MatchesInput refuses a data set that has other columns than m, by name; their order may differ. Images have no columns,
// but a shape, which must be m's, unless m takes their pixels in a row. set is the name of the data set, where the file
// that m was read from.
func (m *Model) MatchesInput(where, set string, shape []int, columns []string) error {
	if own := m.InputShape; len(shape) == 2 && len(own) == 2 && !slices.Equal(own, shape) {
		return fault.New(fault.Data, where, "wanted a model of %d x %d pixels, as images of %s have, found one of %d x %d",
			shape[0], shape[1], set, own[0], own[1])
	}
	if (len(m.Columns) > 0) != (len(columns) > 0) {
		kinds := map[bool]string{true: "a table", false: "images"}
		return fault.New(fault.Data, where, "wanted a model of %s, as %s is, found one of %s",
			kinds[len(columns) > 0], set, kinds[len(m.Columns) > 0]).WithHint(matchHint)
	}
	if what := differences("column", m.Columns, columns, set); what != "" {
		err := fault.New(fault.Data, where, "wanted a model with the columns of %s, found others: %s", set, what)
		return err.WithHint(matchHint)
	}
	return nil
}

// MatchesClasses is MatchesInput for the names of the classes. A model or data set without such names matches any.
func (m *Model) MatchesClasses(where, set string, classes []string) error {
	if len(m.Classes) == 0 || len(classes) == 0 {
		return nil
	}
	if what := differences("class", m.Classes, classes, set); what != "" {
		err := fault.New(fault.Data, where, "wanted a model with the classes of %s, found others: %s", set, what)
		return err.WithHint(matchHint)
	}
	return nil
}

// MatchesOrder refuses a data set that has the names of columns or classes in another order than m. It is for a model
// that is given the samples as they are.
func (m *Model) MatchesOrder(where, set string, columns, classes []string) error {
	if !slices.Equal(m.Columns, columns) {
		err := fault.New(fault.Data, where, "wanted a model with the columns of %s in their order, found %s",
			set, firstFew(m.Columns))
		return err.WithHint("write the table with its columns in the model's order")
	}
	if len(m.Classes) > 0 && len(classes) > 0 && !slices.Equal(m.Classes, classes) {
		return fault.New(fault.Data, where, "wanted a model with the classes of %s in their order, found %s",
			set, firstFew(m.Classes))
	}
	return nil
}

// differences says which names only the model has, and which only the data set; "" if both have the same.
func differences(kind string, model, data []string, set string) string {
	var texts []string
	for _, side := range []struct {
		owner      string
		own, other []string
	}{{"the model", model, data}, {set, data, model}} {
		other := make(map[string]bool, len(side.other))
		for _, name := range side.other {
			other[name] = true
		}
		var only []string
		for _, name := range side.own {
			if !other[name] {
				only = append(only, strconv.Quote(name))
			}
		}
		if len(only) > 0 {
			texts = append(texts, "only "+side.owner+" has the "+kind+" "+firstFew(only))
		}
	}
	return strings.Join(texts, "; ")
}

// firstFew joins the first few of the names for a message, and says how many more there are.
func firstFew(names []string) string {
	const most = 5
	if more := len(names) - most; more > 0 {
		names = append(slices.Clone(names[:most]), "and "+strconv.Itoa(more)+" more")
	}
	return strings.Join(names, ", ")
}
