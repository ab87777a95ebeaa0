// Package predict uses a trained model: on pictures of digits, on pictures of the model's own size, on the rows of a
// table, on IDX files. Run does the work of dnn predict.
//
// An input becomes jobs (pictures.go, rows.go), each of which gives the answers for some samples. Workers do the jobs, all
// with the same network, and their answers are told in the order of the inputs (inorder.go): as text, JSON lines or a
// CSV file (text.go, json.go, csv.go).
//
// What a photo is made into before a network sees it is the subject of package photo.
package predict

import (
	"context"
	"errors"
	"runtime"

	"dnn/internal/atomicfile"
	"dnn/internal/await"
	"dnn/internal/fault"
	"dnn/internal/interop"
	"dnn/internal/report"
	"dnn/internal/world"
)

// Options say what to predict, and how to tell it.
type Options struct {
	Model  string   // the model file
	Inputs []string // files, patterns such as *.png, folders of pictures; -: a picture from standard input

	Raw bool   // a picture is one sample, of the model's own size; if false, digits are found in it
	ID  string // the column of a table that names its rows; empty: see rows.go

	Top    int     // how many classes to tell of each sample, the likeliest first, at least 1
	Reject float64 // a sample whose class has a lower probability is ?
	Boxes  bool    // tell each digit of a page, with its box, and not only lines of text
	Quiet  bool    // tell classes only: no names of files, no probabilities
	JSON   bool    // JSON lines, one for each sample

	CSV      string // a CSV file to write; -: standard output
	Show     string // what to draw on standard output; see ShowDigits and ShowStages; empty: nothing
	Annotate string // a PNG file to write: the picture with boxes and digits

	Threads int // 0: one for each core
}

// The choices of Options.Show.
const (
	ShowDigits = "digits" // each digit as the network sees it
	ShowStages = "stages" // the picture at each stage of finding digits, and the digits
)

// Run predicts the class of each sample of the inputs and tells it on standard output. An input that cannot be used
// does not keep others from being predicted: Run joins the errors of all, and the first is the exit status.
func Run(ctx context.Context, system *world.System, o Options) error {
	inputs, err := expand(o.Inputs)
	if err != nil {
		return err
	}
	if err := o.checkFiles(inputs); err != nil {
		return err
	}
	n, err := await.Do(ctx, func() (*network, error) { return readNetwork(system, o.Model) })
	if err != nil {
		return err
	}
	if err := o.checkModel(n); err != nil {
		return err
	}
	forms := o.forms(system, n)
	threads := o.Threads
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	var bad badInputs
	err = inOrder(ctx, threads, n.worker, o.jobs(system, n, inputs), func(f found) error {
		if f.err != nil {
			bad.add(f.err)
		}
		for _, form := range forms {
			if err := form.tell(f); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, form := range forms {
		if err := form.end(ctx); err != nil {
			return err
		}
	}
	return bad.err()
}

// readNetwork reads a model, of this program or another, and builds its network.
func readNetwork(system *world.System, path string) (*network, error) {
	model, err := interop.ReadModel(path, func(text string) { report.Note(system.Stderr, text) })
	if err != nil {
		return nil, err
	}
	kernels, err := system.Kernels()
	if err != nil {
		return nil, err
	}
	return newNetwork(model, path, kernels)
}

// checkFiles returns an error if an output would be written over the model, an input or another output.
func (o Options) checkFiles(inputs []input) error {
	if o.Annotate != "" && len(inputs) != 1 {
		return fault.New(fault.Usage, "--annotate", "wanted one picture, found %d inputs", len(inputs))
	}
	outputs := []world.File{{Role: "--annotate", Path: o.Annotate}}
	if o.CSV != stream {
		outputs = append(outputs, world.File{Role: "--csv", Path: o.CSV})
	}
	if o.Annotate == "" && (o.CSV == "" || o.CSV == stream) { // 10,000 inputs need not be looked at
		return nil
	}
	files := world.Files("the model", interop.Files(o.Model)...)
	for _, in := range inputs {
		if in.path == stream {
			in.path = "/dev/stdin" // which may lead to a file
		}
		files = append(files, world.File{Role: "an input", Path: in.path})
	}
	if err := world.CheckDistinct(outputs, files); err != nil {
		return err
	}
	for _, out := range outputs { // fail now, and not after all is predicted
		if err := atomicfile.Probe(out.Path); out.Path != "" && err != nil {
			return fault.CannotWrite(out.Path, err)
		}
	}
	return nil
}

// checkModel refuses options that make no sense for the model.
func (o Options) checkModel(n *network) error {
	switch {
	case n.columns() == nil:
		return nil
	case o.Raw:
		return fault.New(fault.Usage, "--raw", "%s takes rows of a table, and no pictures", n.path)
	case o.Show != "":
		return fault.New(fault.Usage, "--show", "%s takes rows of a table: there is nothing to show", n.path)
	case o.Annotate != "":
		return fault.New(fault.Usage, "--annotate", "%s takes rows of a table: there is nothing to draw on", n.path)
	}
	return nil
}

// forms returns what tells the answers.
func (o Options) forms(system *world.System, n *network) []form {
	var forms []form
	switch {
	case o.JSON:
		forms = append(forms, newJSONLines(system.Stdout))
	case o.CSV == "" || o.Show != "":
		forms = append(forms, &text{
			w: system.Stdout, screen: system.Screen(system.Stdout), o: o, rows: n.rows, columns: n.width,
		})
	}
	if o.CSV != "" {
		forms = append(forms, &csvFile{path: o.CSV, system: system, target: n.trained.Target})
	}
	if o.Annotate != "" {
		forms = append(forms, &annotation{path: o.Annotate, system: system})
	}
	return forms
}

// form tells answers in one form.
type form interface {
	// tell is given what was found in each input, or part of one, in order.
	tell(f found) error
	// end is called once, after all inputs.
	end(ctx context.Context) error
}

// badInputs collects the errors of inputs.
type badInputs struct {
	errs []error
	more int // how many were left out
}

// mostErrors is how many inputs' errors are told one by one.
const mostErrors = 10

func (b *badInputs) add(err error) {
	for _, one := range fault.Each(err) {
		if len(b.errs) == mostErrors {
			b.more++
			continue
		}
		b.errs = append(b.errs, one)
	}
}

// err returns the errors, joined; the last one may say how many more there were.
func (b *badInputs) err() error {
	if b.more > 0 {
		b.errs = append(b.errs, fault.New(fault.KindOf(b.errs[0]), "", "%s more could not be used",
			fault.Count(b.more, "input")))
	}
	return errors.Join(b.errs...)
}

// wrote says on standard error what was written to a file. What goes to standard output needs no message.
func wrote(system *world.System, path, what string) {
	if path != stream {
		report.Message(system.Stderr, "wrote %s: %s", path, what)
	}
}
