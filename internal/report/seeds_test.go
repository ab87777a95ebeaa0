package report

import (
	"bytes"
	"math"
	"testing"
)

// twoSeeds returns two results, the second of an earlier command.
func twoSeeds(validated bool) []Seed {
	return []Seed{
		{Seed: 9, Epochs: 10, Loss: 0.25, Accuracy: 0.875, Validated: validated, ValLoss: 0.5, ValAccuracy: 0.75,
			TestLoss: 0.125, TestAccuracy: 0.9375, Seconds: 1.234, Model: "m.seeds/seed-9.bin", SHA256: "ab"},
		{Seed: 10, Epochs: 7, Loss: 0.5, Accuracy: 0.75, Validated: validated, ValLoss: 0.25, ValAccuracy: 0.5,
			TestLoss: 0.0625, TestAccuracy: 0.875, Before: true, Model: "m.seeds/seed-10.bin", SHA256: "cd"},
	}
}

func TestSeedTable(t *testing.T) {
	for validated, want := range map[bool]string{
		true: `  seed  val_loss  val_accuracy  test_loss  test_accuracy  seconds
     9    0.5000        0.7500     0.1250         0.9375     1.23
    10    0.2500        0.5000     0.0625         0.8750        -
  mean    0.3750        0.6250     0.0938         0.9062
   std    0.1768        0.1768     0.0442         0.0442
Test loss 0.0938 +- 0.3971 (95 %, 2 seeds)
Test accuracy 0.9062 +- 0.3971 (95 %, 2 seeds)
`,
		false: `  seed  test_loss  test_accuracy  seconds
     9     0.1250         0.9375     1.23
    10     0.0625         0.8750        -
  mean     0.0938         0.9062
   std     0.0442         0.0442
Test loss 0.0938 +- 0.3971 (95 %, 2 seeds)
Test accuracy 0.9062 +- 0.3971 (95 %, 2 seeds)
`,
	} {
		var out bytes.Buffer
		table := SeedTable{W: &out}
		list := twoSeeds(validated)
		for _, s := range list {
			if err := table.Row(s); err != nil {
				t.Fatal(err)
			}
		}
		if err := table.End(Seeds{List: list}); err != nil || out.String() != want {
			t.Errorf("found\n%s, %v, wanted\n%s", &out, err, want)
		}
	}
	if err := (&SeedTable{W: brokenWriter{}}).Row(Seed{}); err == nil {
		t.Error("a broken writer gave no error")
	}
}

func TestSeedsCSV(t *testing.T) {
	var out bytes.Buffer
	list := twoSeeds(true)
	list[1].Validated = false
	const want = `seed,epochs,loss,accuracy,val_loss,val_accuracy,test_loss,test_accuracy,sha256
9,10,0.25,0.875,0.5,0.75,0.125,0.9375,ab
10,7,0.5,0.75,,,0.0625,0.875,cd
`
	if err := (Seeds{List: list}).WriteCSV(&out); err != nil || out.String() != want {
		t.Errorf("found\n%s, %v, wanted\n%s", &out, err, want)
	}
}

func TestSeedEvents(t *testing.T) {
	var out bytes.Buffer
	e := NewEvents(&out)
	list := twoSeeds(true)
	found := Seeds{List: list, Best: &list[1], ChosenBy: "val_loss", Model: "m.bin", Folder: "m.seeds", WallSeconds: 2}
	first := Seeds{List: twoSeeds(false)}
	first.Best = &first.List[0]
	for _, err := range []error{
		e.Seed(list[0]), e.Seed(first.List[1]), e.Seeds(found), e.Seeds(first), e.Seeds(Seeds{List: twoSeeds(false)}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "seeds.jsonl", out.Bytes())
}

func TestPlusMinus(t *testing.T) {
	for want, c := range map[string][2]float64{
		"0.9745 +- 0.0010": {0.97451, 0.00101}, "0.9745 +- 0.1000": {0.97451, 0.1}, "0.97451 +- 0.00098": {0.97451, 0.00098},
		"0.5000 +- 0.0000": {0.5, 0}, "0.5000000000 +- 0.0000000000": {0.5, 1e-30}, "0.5000 +- NaN": {0.5, math.NaN()},
		"212.0000 +- 30.2500": {212, 30.25}, "0.0000 +- +Inf": {0, math.Inf(1)},
	} {
		if got := PlusMinus(c[0], c[1]); got != want {
			t.Errorf("%v: %q, wanted %q", c, got, want)
		}
	}
}

func TestMetric(t *testing.T) {
	s := twoSeeds(true)[0]
	for name, want := range map[string]float64{
		"val_loss": 0.5, "val_accuracy": 0.75, "test_loss": 0.125, "test_accuracy": 0.9375, "loss": 0.25, "accuracy": 0.875,
	} {
		if got := s.Metric(name); got != want {
			t.Errorf("%s: %v, wanted %v", name, got, want)
		}
	}
	s.Validated = false
	for _, name := range []string{"val_loss", "f1"} {
		if got := s.Metric(name); got == got {
			t.Errorf("%s: %v, wanted NaN", name, got)
		}
	}
}
