package table

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// sortClasses sorts the names of classes: by number if all are numbers, else by their bytes, as numpy's unique and
// scikit-learn's LabelEncoder do. What order the file's rows are in does not matter.
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
