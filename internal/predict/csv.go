package predict

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"dnn/internal/await"
	"dnn/internal/fault"
	"dnn/internal/world"
)

// csvFile writes answers as a CSV file, for a spreadsheet or a competition. Its columns follow from the first input:
//
//	ImageId,Label                                        images of a CSV or an IDX file, as Kaggle's Digit Recognizer
//	Id,species                                           rows of a table: what names them, and the target
//	file,class,probability                               pictures that are one sample each
//	file,line,x,y,width,height,digit,probability         digits that were found in pictures
//
// Without a column that names the rows, they are numbered from 1 on, over all files.
type csvFile struct {
	path   string
	system *world.System
	target string // of a table

	buffer bytes.Buffer
	csv    *csv.Writer
	id     string // what names the rows of the first input
	count  int
}

func (c *csvFile) tell(f found) error {
	if len(f.answers) == 0 {
		return nil
	}
	if c.csv == nil {
		c.csv = csv.NewWriter(&c.buffer)
		if err := c.csv.Write(c.header(f)); err != nil {
			return err
		}
		c.id = f.id
	}
	if f.id != c.id {
		return fault.New(fault.Data, f.answers[0].file, "has %s, the first input %s: they have no place in one CSV file",
			naming(f.id), naming(c.id)).WithHint("--id COLUMN names the rows of all inputs")
	}
	for _, a := range f.answers {
		c.count++
		if err := c.csv.Write(c.record(f, a)); err != nil {
			return err
		}
	}
	return nil
}

// naming says what names rows.
func naming(id string) string {
	if id == "" {
		return "rows with numbers"
	}
	return fmt.Sprintf("rows named by the column %q", id)
}

// header returns the names of the columns.
func (c *csvFile) header(f found) []string {
	switch {
	case f.page != nil:
		return []string{"file", "line", "x", "y", "width", "height", "digit", "probability"}
	case f.kind == pictureFile:
		return []string{"file", "class", "probability"}
	case f.answers[0].pixels != nil:
		return []string{cmp.Or(f.id, "ImageId"), "Label"}
	}
	return []string{cmp.Or(f.id, "Id"), cmp.Or(c.target, "Label")}
}

// record returns the fields of an answer.
func (c *csvFile) record(f found, a answer) []string {
	probability := strconv.FormatFloat(float64(a.probability()), 'g', -1, 32)
	switch {
	case a.digit != nil:
		d := a.digit
		record := []string{a.file}
		for _, n := range []int{d.Line + 1, d.Box.Min.X, d.Box.Min.Y, d.Box.Dx(), d.Box.Dy()} {
			record = append(record, strconv.Itoa(n))
		}
		return append(record, a.class(), probability)
	case f.kind == pictureFile:
		return []string{a.file, a.class(), probability}
	case f.id != "":
		return []string{a.id, a.class()}
	}
	return []string{strconv.Itoa(c.count), a.class()}
}

// end writes the file. If there is no answer, nothing is written.
func (c *csvFile) end(ctx context.Context) error {
	if c.csv == nil {
		return nil
	}
	c.csv.Flush()
	if c.path == stream {
		_, err := c.system.Stdout.Write(c.buffer.Bytes())
		return err
	}
	err := await.Write(ctx, c.path, func(w io.Writer) error {
		_, err := w.Write(c.buffer.Bytes())
		return err
	})
	if err != nil {
		return err
	}
	wrote(c.system, c.path, fault.Count(c.count, "prediction"))
	return nil
}
