// Command accuracy trains the configs of this project with several seeds, and prints the results as in the tables of
// docs/accuracy.md.
//
//	go run ./scripts/accuracy                       the table of what dense networks can reach
//	go run ./scripts/accuracy -rows "mlp;large"     only these rows of it
//	go run ./scripts/accuracy -ingredients          the table of what each part of mlp-best.yaml adds
//	go run ./scripts/accuracy -marks                the table of the configs that reach a mark in the least time
//
// Models and logs go to -folder. A run whose log is there already is not repeated.
package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat"
)

// row is a config that is trained with several seeds: a row of a table.
type row struct {
	name    string
	config  string
	seeds   int
	from    string // the name of a row; training starts from its model of the same seed
	teacher string // the name of a row; its model of seed 1 is the teacher
	flags   []string
}

// rows are the rows of the table of what dense networks can reach. A row comes after those that it names.
var rows = []row{
	{name: "mlp", config: "mlp.yaml", seeds: 20},
	{name: "mlp-best", config: "mlp-best.yaml", seeds: 5},
	{name: "mlp-best, 100 epochs", config: "mlp-best.yaml", seeds: 5, flags: []string{"--epochs", "100"}},
	{name: "large", config: "large.yaml", seeds: 5},
	{name: "mlp-distilled", config: "mlp-distilled.yaml", seeds: 5, from: "mlp-best", teacher: "large"},
	{name: "largest", config: "largest.yaml", seeds: 3},
	{name: "fashion", config: "fashion.yaml", seeds: 3},
}

// marks are the rows of the table of the configs that reach a mark in the least time.
var marks = []row{
	{name: "fast-97", config: "fast-97.yaml", seeds: 20},
	{name: "fast-98", config: "fast-98.yaml", seeds: 20},
	{name: "fast-99", config: "fast-99.yaml", seeds: 20},
}

// ingredients are variants of mlp-best.yaml: each leaves something out, changes it or adds it. All have the same number
// of epochs.
var ingredients = []row{
	{name: "all of it"},
	{name: "without elastic", flags: []string{"--set", "augment.elastic.alpha=0"}},
	{name: "without rotation", flags: []string{"--set", "augment.rotation=0"}},
	{name: "without scale", flags: []string{"--set", "augment.scale=0"}},
	{name: "without shear", flags: []string{"--set", "augment.shear=0"}},
	{name: "without shift", flags: []string{"--set", "augment.shift=0"}},
	{name: "shift of 2 pixels", flags: []string{"--set", "augment.shift=2"}},
	{name: "narrow elastic (8, 4)", flags: []string{
		"--set", "augment.elastic.alpha=8", "--set", "augment.elastic.sigma=4",
	}},
	{name: "weak elastic (17, 6)", flags: []string{"--set", "augment.elastic.alpha=17"}},
	{name: "strong elastic (51, 6)", flags: []string{"--set", "augment.elastic.alpha=51"}},
	{name: "without any distortion", flags: []string{"--set", "augment=off"}},
	{name: "without averaged weights", flags: []string{"--set", "optimizer.use_ema=false"}},
	{name: "constant learning rate", flags: []string{"--set", "schedule.name=constant"}},
	{name: "constant rate, no average", flags: []string{
		"--set", "schedule.name=constant", "--set", "optimizer.use_ema=false",
	}},
	{name: "none of them", flags: []string{
		"--set", "augment=off", "--set", "schedule.name=constant", "--set", "optimizer.use_ema=false",
	}},
	{name: "weight decay of 0.05", flags: []string{
		"--set", "optimizer.name=adamw", "--set", "optimizer.weight_decay=0.05",
	}},
	{name: "twice the units", flags: []string{"--layers", "200,100"}},
}

const epochs = "100" // of the runs for the ingredients

// result is the result of one run.
type result struct {
	validationLoss, validation, accuracy, loss, seconds float64
}

func main() {
	os.Exit(start(os.Args[1:], os.Stdout, os.Stderr)) //nolint:forbidigo // this is the program's main.go
}

func start(args []string, stdout, stderr io.Writer) int {
	if err := run(args, stdout, stderr); err != nil {
		_, _ = fmt.Fprintln(stderr, "accuracy:", err) // if this fails, the exit status still tells
		return 1
	}
	return 0
}

func run(args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("accuracy", flag.ExitOnError)
	program := f.String("dnn", "dnn", "the program")
	folder := f.String("folder", "accuracy-runs", "where models and logs go")
	configs := f.String("configs", "configs", "folder of the configs")
	names := f.String("rows", "", "only these rows, separated by semicolons")
	seeds := f.Int("seeds", 0, "seeds of each row (0: as many as the table has)")
	parts := f.Bool("ingredients", false, "what each part of mlp-best.yaml adds, instead of the rows")
	fastest := f.Bool("marks", false, "the configs that reach a mark in the least time, instead of the rows")
	if err := f.Parse(args); err != nil {
		return err
	}
	todo := rows
	if *parts {
		todo = ingredients
		for i := range todo {
			todo[i].flags = append(todo[i].flags, "--epochs", epochs)
		}
	}
	head := "| run | seeds | validation loss | validation | test loss | test | least to most | " +
		"seconds of training |\n|---|---|---|---|---|---|---|---|\n"
	line := line
	if *fastest {
		todo, line = marks, markLine
		head = "| run | seeds | test: mean | 95 % interval of the mean | std | least to most | seconds of training |\n" +
			"|---|---|---|---|---|---|---|\n"
	}
	if err := os.MkdirAll(*folder, 0o777); err != nil {
		return err
	}
	if _, err := io.WriteString(stdout, head); err != nil {
		return err
	}
	for _, r := range todo {
		if *names != "" && !slices.Contains(strings.Split(*names, ";"), r.name) {
			continue
		}
		r.config = filepath.Join(*configs, cmp.Or(r.config, "mlp-best.yaml"))
		r.seeds = cmp.Or(*seeds, r.seeds, 1)
		var all []result
		for seed := 1; seed <= r.seeds; seed++ {
			one, err := r.train(*program, *folder, seed, stderr)
			if err != nil {
				return fmt.Errorf("%s, seed %d: %w", r.name, seed, err)
			}
			all = append(all, one)
		}
		if _, err := fmt.Fprintln(stdout, line(r.name, all)); err != nil {
			return err
		}
	}
	return nil
}

// train trains one seed, unless its log is complete, and returns the result.
func (r row) train(program, folder string, seed int, stderr io.Writer) (result, error) {
	base := filepath.Join(folder, strings.NewReplacer(",", "", " ", "-").Replace(r.name)+"-"+strconv.Itoa(seed))
	log := base + ".jsonl"
	if one, err := read(log); err == nil {
		return one, nil
	}
	file, err := os.Create(log)
	if err != nil {
		return result{}, err
	}
	args := []string{"train", "--json", "--config", r.config, "--seed", strconv.Itoa(seed), "-o", base + ".bin"}
	args = append(args, r.flags...)
	if r.from != "" {
		args = append(args, "--from", filepath.Join(folder, r.from+"-"+strconv.Itoa(seed)+".bin"))
	}
	if r.teacher != "" {
		args = append(args, "--set", "distill.teacher="+filepath.Join(folder, r.teacher+"-1.bin"))
	}
	command := exec.CommandContext(context.Background(), program, args...)
	command.Stdout, command.Stderr = file, stderr
	err = command.Run()
	if cerr := file.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return result{}, err
	}
	return read(log)
}

// read returns the result of the run with that log. A run that did not end is an error.
func read(log string) (one result, err error) {
	file, err := os.Open(log)
	if err != nil {
		return result{}, err
	}
	defer func() { _ = file.Close() }() // it was only read
	ended := false
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var event struct {
			Event        string  `json:"event"`
			ValLoss      float64 `json:"val_loss"`
			ValAccuracy  float64 `json:"val_accuracy"`
			TestAccuracy float64 `json:"test_accuracy"`
			TestLoss     float64 `json:"test_loss"`
			TrainSeconds float64 `json:"train_s"`
		}
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			return result{}, err
		}
		switch event.Event {
		case "epoch":
			one.validationLoss, one.validation = event.ValLoss, event.ValAccuracy
		case "end":
			one.accuracy, one.loss, one.seconds = event.TestAccuracy, event.TestLoss, event.TrainSeconds
			ended = true
		}
	}
	if !ended {
		return result{}, fmt.Errorf("%s: wanted the event end, found none", log)
	}
	return one, nil
}

// line returns a row of the table: medians over the seeds, and the range of the test accuracy.
func line(name string, all []result) string {
	accuracy := sorted(all, func(r result) float64 { return r.accuracy })
	return fmt.Sprintf("| %s | %d | %.4f | %.2f %% | %.4f | %.2f %% | %.2f to %.2f %% | %.1f |", name, len(all),
		median(sorted(all, func(r result) float64 { return r.validationLoss })),
		100*median(sorted(all, func(r result) float64 { return r.validation })),
		median(sorted(all, func(r result) float64 { return r.loss })),
		100*median(accuracy), 100*accuracy[0], 100*accuracy[len(accuracy)-1],
		median(sorted(all, func(r result) float64 { return r.seconds })))
}

// markLine returns a row of the table of marks, which are means: the mean of the test accuracy and how certain it is.
// The interval is Student's, the mean ± t s/√n, with t of 19 degrees of freedom, as for 20 seeds.
func markLine(name string, all []result) string {
	const t = 2.093
	accuracy := sorted(all, func(r result) float64 { return 100 * r.accuracy })
	mean, std := stat.MeanStdDev(accuracy, nil)
	half := t * std / math.Sqrt(float64(len(accuracy)))
	return fmt.Sprintf("| %s | %d | %.2f %% | %.2f to %.2f %% | %.2f %% | %.2f to %.2f %% | %.2f |", name, len(all),
		mean, mean-half, mean+half, std, accuracy[0], accuracy[len(accuracy)-1],
		median(sorted(all, func(r result) float64 { return r.seconds })))
}

// sorted returns f of all results, in order.
func sorted(all []result, f func(result) float64) []float64 {
	var values []float64
	for _, r := range all {
		values = append(values, f(r))
	}
	slices.Sort(values)
	return values
}

// median returns the middle of values that are in order.
func median(values []float64) float64 {
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
