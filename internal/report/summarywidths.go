package report

import "strings"

const (
	widestTable = 88 // as in Keras, if the screen has room
	freeColumns = 4  // columns of the screen that Keras leaves free
)

// tableWidths are the widths of the texts in a summary's three columns.
type tableWidths struct{ name, shape, count int }

// widths returns how wide the columns of the table are on a screen with so many columns. As in Keras, they are 45, 35
// and 20 % of the table, less what the lines between them take. Where Keras would cut a number on a terminal, the
// column of the names gives way instead.
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
	c.name = max(len("(Dense)"), room-c.shape-c.count) // a narrower one says nothing
	return c
}

// wrap breaks the three texts of a row into lines.
func (c tableWidths) wrap(name, shape, count string) (names, shapes, counts []string) {
	return wrapWords(name, c.name, true), wrapWords(shape, c.shape, true), wrapWords(count, c.count, true)
}
