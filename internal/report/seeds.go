package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"dnn/internal/statistics"
)

// Seed is the result of a run with one of several seeds.
type Seed struct {
	Seed                   uint64
	Epochs                 int
	Loss, Accuracy         float32 // of training, in the last epoch
	Validated              bool    // if false, there is no ValLoss and ValAccuracy
	ValLoss, ValAccuracy   float32 // of the model, as are those of the test
	TestLoss, TestAccuracy float32
	Seconds                float64 // wall clock of all epochs
	Before                 bool    // an earlier command has trained it, so Seconds is unknown
	Model, SHA256          string  // its file; empty: none was written
}

// SeedMetrics returns the names that Metric knows, in the order of a table.
func SeedMetrics() []string {
	return []string{"val_loss", "val_accuracy", "test_loss", "test_accuracy", "loss", "accuracy"}
}

// Metric returns the metric of a name of SeedMetrics, as the exact float64; NaN if it was not measured.
func (s Seed) Metric(name string) float64 {
	v := map[string]float32{
		"val_loss": s.ValLoss, "val_accuracy": s.ValAccuracy, "test_loss": s.TestLoss, "test_accuracy": s.TestAccuracy,
		"loss": s.Loss, "accuracy": s.Accuracy,
	}
	if f, ok := v[name]; ok && (s.Validated || !strings.HasPrefix(name, "val_")) {
		return float64(f)
	}
	return math.NaN()
}

// Seeds is what the runs with several seeds say together.
type Seeds struct {
	List        []Seed // in the order of the seeds, at least two
	Best        *Seed  // whose model was taken; nil: none
	Model       string // where the model of the best is, and its SHA-256; empty: nowhere
	ChosenBy    string // val_loss; empty: there was no validation, and the best is the first
	Folder      string // of the models and the table; empty: none
	WallSeconds float64
}

// Of returns the mean of a metric, and how sure it is.
func (s Seeds) Of(metric string) statistics.Interval { return statistics.NewInterval(s.values(metric)) }

func (s Seeds) values(metric string) []float64 {
	values := make([]float64, len(s.List))
	for i, one := range s.List {
		values[i] = one.Metric(metric)
	}
	return values
}

// Write writes the two lines of the result.
func (s Seeds) Write(w io.Writer) error {
	for _, m := range []string{"loss", "accuracy"} {
		i := s.Of("test_" + m)
		if _, err := fmt.Fprintf(w, "Test %s %s (95 %%, %d seeds)\n", m, PlusMinus(i.Mean, i.Half), i.Count); err != nil {
			return err
		}
	}
	return nil
}

// PlusMinus returns a number and how sure it is: 0.9745 +- 0.0010. It has four decimals, or as many as the latter needs.
func PlusMinus(value, half float64) string {
	decimals := DecimalsFor(half)
	return strconv.FormatFloat(value, 'f', decimals, 64) + " +- " + strconv.FormatFloat(half, 'f', decimals, 64)
}

// DecimalsFor returns how many decimals show a number that is sure to +- half: four, or as many as two digits of half
// need, and at most ten.
func DecimalsFor(half float64) int {
	decimals := 4
	for scale := 1e3; decimals < 10 && half > 0 && half*scale < 0.995; scale *= 10 {
		decimals++
	}
	return decimals
}

// SeedTable writes the results of seeds as the rows of a table, one by one.
type SeedTable struct {
	W     io.Writer
	begun bool
}

// Row writes the row of a seed, and before the first one the head of the table. All seeds are validated, or none.
func (t *SeedTable) Row(s Seed) error {
	if !t.begun {
		t.begun = true
		if _, err := fmt.Fprintln(t.W, seedHead(s.Validated)); err != nil {
			return err
		}
	}
	seconds := strconv.FormatFloat(s.Seconds, 'f', 2, 64)
	if s.Before {
		seconds = "-"
	}
	return t.line(strconv.FormatUint(s.Seed, 10), s.Validated, s.Metric, seconds)
}

// End writes the rows of the mean and the standard deviation, and the result below the table.
func (t *SeedTable) End(s Seeds) error {
	validated := s.List[0].Validated
	for _, row := range []struct {
		name string
		of   func(i statistics.Interval) float64
	}{
		{"mean", func(i statistics.Interval) float64 { return i.Mean }},
		{"std", func(i statistics.Interval) float64 { return i.Std }},
	} {
		if err := t.line(row.name, validated, func(m string) float64 { return row.of(s.Of(m)) }, ""); err != nil {
			return err
		}
	}
	return s.Write(t.W)
}

func (t *SeedTable) line(name string, validated bool, value func(string) float64, seconds string) error {
	line := fmt.Sprintf("%6s", name)
	for _, metric := range seedColumns(validated) {
		line += fmt.Sprintf("  %*s", len(metric), strconv.FormatFloat(value(metric), 'f', 4, 64))
	}
	_, err := fmt.Fprintln(t.W, strings.TrimRight(fmt.Sprintf("%s  %7s", line, seconds), " "))
	return err
}

func seedHead(validated bool) string {
	return "  seed  " + strings.Join(seedColumns(validated), "  ") + "  seconds"
}

// seedColumns returns the metrics of the table.
func seedColumns(validated bool) []string {
	if validated {
		return SeedMetrics()[:4]
	}
	return SeedMetrics()[2:4]
}

// WriteCSV writes a line for each seed, with the exact float32 values. It has no times, so the same seeds give the same
// bytes.
func (s Seeds) WriteCSV(w io.Writer) error {
	head := "seed,epochs,loss,accuracy,val_loss,val_accuracy,test_loss,test_accuracy,sha256\n"
	var text strings.Builder
	text.WriteString(head)
	for _, one := range s.List {
		fmt.Fprintf(&text, "%d,%d,%s,%s,", one.Seed, one.Epochs, FormatFloat32(one.Loss), FormatFloat32(one.Accuracy))
		if one.Validated {
			fmt.Fprintf(&text, "%s,%s,", FormatFloat32(one.ValLoss), FormatFloat32(one.ValAccuracy))
		} else {
			text.WriteString(",,")
		}
		fmt.Fprintf(&text, "%s,%s,%s\n", FormatFloat32(one.TestLoss), FormatFloat32(one.TestAccuracy), one.SHA256)
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// Seed writes {"event":"seed",…}: the result of a run with one of several seeds. val_loss and val_accuracy are absent
// without validation, train_s if an earlier command has trained the seed, model and sha256 if no file was written.
func (e *Events) Seed(s Seed) error {
	line := struct {
		Event        string     `json:"event"`
		Seed         uint64     `json:"seed"`
		Loss         jsonFloat  `json:"loss"`
		Accuracy     jsonFloat  `json:"accuracy"`
		ValLoss      *jsonFloat `json:"val_loss,omitempty"`
		ValAccuracy  *jsonFloat `json:"val_accuracy,omitempty"`
		TestLoss     jsonFloat  `json:"test_loss"`
		TestAccuracy jsonFloat  `json:"test_accuracy"`
		TrainSeconds *seconds   `json:"train_s,omitempty"`
		Epochs       int        `json:"epochs"`
		Model        string     `json:"model,omitempty"`
		SHA256       string     `json:"sha256,omitempty"`
	}{
		Event: "seed", Seed: s.Seed, Loss: jsonFloat(s.Loss), Accuracy: jsonFloat(s.Accuracy),
		TestLoss: jsonFloat(s.TestLoss), TestAccuracy: jsonFloat(s.TestAccuracy), Epochs: s.Epochs,
		Model: s.Model, SHA256: s.SHA256,
	}
	if s.Validated {
		line.ValLoss, line.ValAccuracy = new(jsonFloat(s.ValLoss)), new(jsonFloat(s.ValAccuracy))
	}
	if !s.Before {
		line.TrainSeconds = new(seconds(s.Seconds))
	}
	return e.write(line)
}

// interval is the JSON of a statistics.Interval.
type interval struct {
	Mean jsonFloat `json:"mean"`
	Std  jsonFloat `json:"std"`
	Low  jsonFloat `json:"low"`
	High jsonFloat `json:"high"`
}

func intervalOf(i statistics.Interval) *interval {
	return &interval{jsonFloat(i.Mean), jsonFloat(i.Std), jsonFloat(i.Mean - i.Half), jsonFloat(i.Mean + i.Half)}
}

// Seeds writes {"event":"seeds",…}: what several seeds say together. Of each metric it has the mean, the standard
// deviation, and from where to where the confidence interval is. seed is that of the model.
func (e *Events) Seeds(s Seeds) error {
	line := struct {
		Event        string    `json:"event"`
		Seeds        int       `json:"seeds"`
		Confidence   float64   `json:"confidence"`
		ValLoss      *interval `json:"val_loss,omitempty"`
		ValAccuracy  *interval `json:"val_accuracy,omitempty"`
		TestLoss     *interval `json:"test_loss"`
		TestAccuracy *interval `json:"test_accuracy"`
		WallSeconds  seconds   `json:"wall_s"`
		Folder       string    `json:"folder,omitempty"`
		Model        string    `json:"model,omitempty"`
		Seed         *uint64   `json:"seed,omitempty"`
		ChosenBy     string    `json:"chosen_by,omitempty"`
		SHA256       string    `json:"sha256,omitempty"`
	}{
		Event: "seeds", Seeds: len(s.List), Confidence: statistics.Confidence,
		TestLoss: intervalOf(s.Of("test_loss")), TestAccuracy: intervalOf(s.Of("test_accuracy")),
		WallSeconds: seconds(s.WallSeconds), Folder: s.Folder, Model: s.Model,
	}
	if s.List[0].Validated {
		line.ValLoss, line.ValAccuracy = intervalOf(s.Of("val_loss")), intervalOf(s.Of("val_accuracy"))
	}
	if s.Best != nil {
		line.Seed, line.SHA256 = &s.Best.Seed, s.Best.SHA256
		line.ChosenBy = cmp.Or(s.ChosenBy, "first")
	}
	return e.write(line)
}
