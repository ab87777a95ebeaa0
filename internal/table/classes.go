package table

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// sortClasses sorts the names of classes, so that their order does not depend on the order of the rows: by value if all
// are numbers, else by their bytes. numpy's unique and scikit-learn's LabelEncoder do the same.
func sortClasses(names []string) {
	numbers := make(map[string]float64, len(names))
	for _, name := range names {
		v, err := strconv.ParseFloat(name, 64)
		if err != nil || v != v {
			slices.Sort(names)
			return
		}
		numbers[name] = v
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(numbers[a], numbers[b]), strings.Compare(a, b))
	})
}
