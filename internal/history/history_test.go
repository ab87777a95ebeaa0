package history

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

func epochs() Epochs {
	return Epochs{
		{Epoch: 1, Seconds: 0.5, Loss: 0.25, Accuracy: 0.5, LearningRate: 1e-7},
		{Epoch: 2, Seconds: 1, Loss: 1e300, Accuracy: 1, Validated: true, ValLoss: 0, ValAccuracy: 0.75,
			LearningRate: 0.001},
	}
}

// What a record says is what it was made of, in both spellings of numbers.
func TestRecordIsReadAsItWasWritten(t *testing.T) {
	for _, e := range epochs() {
		checkRecord(t, e, RecordOf[Number](e))
		checkRecord(t, e, RecordOf[float64](e))
	}
}

func checkRecord[N ~float64](t *testing.T, e Epoch, r Record[N]) {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var again Record[N]
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	read, err := again.Read()
	read.Phases = e.Phases
	if err != nil || read.Epoch != e.Epoch || read.CSV() != e.CSV() || read.Validated != e.Validated {
		t.Errorf("%s: %+v (%v), wanted %+v", text, read, err, e)
	}
}

func TestRecordWithoutSeconds(t *testing.T) {
	r := RecordOf[float64](epochs()[0])
	r.Seconds = nil
	text, err := json.Marshal(r)
	if want := `{"epoch":1,"loss":0.25,"accuracy":0.5,"learning_rate":1e-7}`; err != nil || string(text) != want {
		t.Errorf("%s (%v), wanted %s", text, err, want)
	}
	if e, err := r.Read(); err != nil || e.Seconds != 0 {
		t.Errorf("%+v (%v), wanted no seconds", e, err)
	}
}

func TestReadRefuses(t *testing.T) {
	for want, r := range map[string]Record[Number]{
		"epoch 3: wanted a finite number, found NaN":            {Epoch: 3, Loss: Number(math.NaN())},
		"epoch 4: wanted a finite number, found -Inf":           {Epoch: 4, ValLoss: new(Number(math.Inf(-1))), ValAccuracy: new(Number(0))},
		"epoch 5: wanted val_loss and val_accuracy, or neither": {Epoch: 5, ValLoss: new(Number(1))},
	} {
		if _, err := r.Read(); err == nil || err.Error() != want {
			t.Errorf("%v, wanted %s", err, want)
		}
	}
}

// A history file as a spreadsheet reads it: as many fields in each line as in the first.
func TestCSV(t *testing.T) {
	text := CSVHeader
	for _, e := range epochs() {
		text += e.CSV()
	}
	want := "epoch,epoch_s,loss,accuracy,val_loss,val_accuracy,learning_rate\n1,0.5,0.25,0.5,,,1e-07\n2,1,1e+300,1,0,0.75,0.001\n"
	if text != want {
		t.Errorf("%q, wanted %q", text, want)
	}
	for line := range strings.Lines(text) {
		if n := strings.Count(line, ","); n != 6 {
			t.Errorf("%q has %d commas, wanted 6", line, n)
		}
	}
}

func TestMetrics(t *testing.T) {
	e := Epoch{Loss: 1, Accuracy: 2, ValLoss: 3, ValAccuracy: 4}
	for i, name := range Metrics() {
		if found := e.Metric(name); found != float64(i+1) {
			t.Errorf("%s is %v, wanted %d", name, found, i+1)
		}
	}
}
