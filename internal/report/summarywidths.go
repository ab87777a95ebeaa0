package report

import "strings"

const (
	widestTable = 88 // Keras's, where the screen has room
	freeColumns = 4  // that Keras leaves beside the table
)

// tableWidths are the widths of the texts in a summary's three columns.
type tableWidths struct{ name, shape, count int }

// widths returns how wide the columns are on a screen of so many columns. They are Keras's: 45, 35 and 20 % of the table, less
// what the lines between them take. But where Keras would cut a number on a terminal, that takes the room of the names.
func (s Summary) widths(columns int, terminal bool) tableWidths {
	table := min(widestTable, columns-freeColumns)
	first, second := table*45/100, table*80/100
	c := tableWidths{name: first - 3, shape: second - first - 4, count: table - second - 3}
	if !terminal {
		return c
	}
	room := c.name + c.shape + c.count
	c.shape, c.count = max(c.shape, len("Output")), max(c.count, len("Param"))
	for _, l := range s.Layers {
		c.count = max(c.count, len(GroupDigits(l.Params)))
		for _, number := range strings.Fields(l.Shape()) {
			c.shape = max(c.shape, len(number))
		}
	}
	c.name = max(len("(Dense)"), room-c.shape-c.count) // narrower, names say nothing: rather too wide a table
	return c
}

// wrap returns the lines of the texts of a row.
func (c tableWidths) wrap(name, shape, count string) (names, shapes, counts []string) {
	return wrapWords(name, c.name, true), wrapWords(shape, c.shape, true), wrapWords(count, c.count, true)
}
