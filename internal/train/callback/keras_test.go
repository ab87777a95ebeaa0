package callback

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"dnn/internal/history"
	"dnn/internal/nn"
	"dnn/internal/train"
	"dnn/internal/train/schedule"
)

// kerasCase is what a Keras callback did on given values of a metric: scripts/keras/callbacks.py.
type kerasCase struct {
	Monitor  string
	Values   []float64
	Settings struct {
		Patience       *int
		MinDelta       *float64 `json:"min_delta"`
		StartFromEpoch int      `json:"start_from_epoch"`
		Factor         *float64
		Cooldown       int
		MinLR          float64 `json:"min_lr"`
	}
	Last, Restored int
	Rate           float64
	Rates          []float64
}

// epochOf returns an epoch in which the monitored metric is v and the others get worse with every epoch.
func (c kerasCase) epochOf(epoch int, v float64) history.Epoch {
	worse := float64(epoch)
	e := history.Epoch{
		Epoch: epoch, Validated: true, Loss: worse, ValLoss: worse, Accuracy: -worse, ValAccuracy: -worse,
	}
	metrics := map[string]*float64{
		"loss": &e.Loss, "val_loss": &e.ValLoss, "accuracy": &e.Accuracy, "val_accuracy": &e.ValAccuracy,
	}
	*metrics[c.Monitor] = v
	return e
}

func kerasCases(t *testing.T, callback string) []kerasCase {
	t.Helper()
	data, err := os.ReadFile("testdata/callbacks.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string][]kerasCase
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	if len(all[callback]) == 0 {
		t.Fatalf("wanted cases of %s, found none", callback)
	}
	return all[callback]
}

func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

func TestEarlyStoppingAsKeras(t *testing.T) {
	for i, c := range kerasCases(t, "early_stopping") {
		model, err := nn.New(nn.Architecture{Input: 1, Loss: "binary_crossentropy", Layers: []nn.LayerSpec{
			{Type: "dense", Name: "dense", Units: 1, Activation: "sigmoid"},
		}}, 1)
		if err != nil {
			t.Fatal(err)
		}
		kernel := model.Params()[0]
		run := train.Run{Model: model}
		(&EarlyStopping{
			Monitor: c.Monitor, Patience: or(c.Settings.Patience, 0), MinDelta: or(c.Settings.MinDelta, 0),
			StartFromEpoch: c.Settings.StartFromEpoch, RestoreBestWeights: true,
		}).Add(&run)
		callback := run.Callbacks[0]
		if err := callback.TrainBegin(train.Plan{ValidationSamples: 1}); err != nil {
			t.Fatal(err)
		}
		last := len(c.Values)
		for epoch, v := range c.Values {
			kernel.SetFloats([]float32{float32(epoch + 1)})
			if err := callback.EpochEnd(c.epochOf(epoch+1, v)); err != nil {
				last = epoch + 1
				break
			}
		}
		if err := callback.Finish(); err != nil {
			t.Fatal(err)
		}
		restored := int(kernel.Floats()[0])
		if last != c.Last || restored != c.Restored {
			t.Errorf("case %d, %+v: wanted the end after epoch %d and the weights of epoch %d, found %d and %d",
				i, c.Settings, c.Last, c.Restored, last, restored)
		}
	}
}

func TestPlateauAsKeras(t *testing.T) {
	for i, c := range kerasCases(t, "reduce_lr_on_plateau") {
		run := train.Run{Schedule: schedule.Constant(c.Rate)}
		(&Plateau{
			Monitor: c.Monitor, Patience: or(c.Settings.Patience, 10), MinDelta: or(c.Settings.MinDelta, 1e-4),
			Factor: or(c.Settings.Factor, 0.1), Cooldown: c.Settings.Cooldown, MinLR: c.Settings.MinLR,
		}).Add(&run)
		callback := run.Callbacks[0]
		if err := callback.TrainBegin(train.Plan{ValidationSamples: 1}); err != nil {
			t.Fatal(err)
		}
		for epoch, v := range c.Values {
			rate := run.Schedule.Rate(epoch)
			if math.Abs(rate/c.Rates[epoch]-1) > 1e-6 {
				t.Fatalf("case %d, %+v: epoch %d: wanted the rate %v, found %v",
					i, c.Settings, epoch+1, c.Rates[epoch], rate)
			}
			e := c.epochOf(epoch+1, v)
			e.LearningRate = rate
			if err := callback.EpochEnd(e); err != nil {
				t.Fatal(err)
			}
		}
	}
}
