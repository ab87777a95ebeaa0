package tensorboard

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What TensorBoard 2.21 writes as summaries: with hparams_config_pb of tensorboard.plugins.hparams.summary_v2 for the
// experiment, with hparams_pb for the start of a session, and as message SessionEndInfo for its end.
const (
	experiment = "0aca010a145f68706172616d735f2f6578706572696d656e7442060801120212004aa9010aa6010a0768706172616d73129a01129701190000" +
		"000000000040221c0a04726174652003321209fca9f1d24d62503f119a9999999999b93f221c0a066c617965727320012a100a061a045b31305d0a" +
		"061a045b32305d22150a0773687566666c6520022a080a0220000a02200122210a05756e69747320032a160a0911000000000000f03f0a0911000000" +
		"00000004402a0c0a0a120876616c5f6c6f73732a080a0612046c6f7373"
	number = "0a5b0a1c5f68706172616d735f2f73657373696f6e5f73746172745f696e666f42060801120212004a330a310a0768706172616d7312261a240a0e" +
		"0a0161120911000000000000e03f220973657474696e672031290000000000000040"
	truth = "0a540a1c5f68706172616d735f2f73657373696f6e5f73746172745f696e666f42060801120212004a2c0a2a0a0768706172616d73121f1a1d0a07" +
		"0a016112022001220973657474696e672031290000000000000040"
	untruth = "0a540a1c5f68706172616d735f2f73657373696f6e5f73746172745f696e666f42060801120212004a2c0a2a0a0768706172616d73121f1a1d0a07" +
		"0a016112022000220973657474696e672031290000000000000040"
	text = "0a580a1c5f68706172616d735f2f73657373696f6e5f73746172745f696e666f42060801120212004a300a2e0a0768706172616d7312231a210a0b" +
		"0a016112061a045b31305d220973657474696e672031290000000000000040"
	success = "0a400a1a5f68706172616d735f2f73657373696f6e5f656e645f696e666f42060801120212004a1a0a180a0768706172616d73120d220b0801110000000000001440"
	failure = "0a400a1a5f68706172616d735f2f73657373696f6e5f656e645f696e666f42060801120212004a1a0a180a0768706172616d73120d220b0802110000000000001440"
)

func TestHParamsAsTensorBoard(t *testing.T) {
	start := func(value any) func(w *Writer) error {
		return func(w *Writer) error { return w.SessionStart("setting 1", []Setting{{"a", value}}) }
	}
	end := func(ok bool) func(w *Writer) error {
		return func(w *Writer) error { return w.SessionEnd(ok, 3*time.Second) }
	}
	for name, c := range map[string]struct {
		write func(w *Writer) error
		want  string
	}{
		"experiment": {func(w *Writer) error {
			return w.Experiment(Experiment{Metrics: []string{"val_loss", "loss"}, Hyperparameters: []Hyperparameter{
				{Name: "rate", Low: 0.001, High: 0.1},
				{Name: "layers", Domain: []any{"[10]", "[20]"}},
				{Name: "shuffle", Domain: []any{false, true}},
				{Name: "units", Domain: []any{1.0, 2.5}},
			}})
		}, experiment},
		"number": {start(0.5), number}, "true": {start(true), truth}, "false": {start(false), untruth}, "text": {start("[10]"), text},
		"success": {end(true), success}, "failure": {end(false), failure},
	} {
		folder := t.TempDir()
		w, err := Create(folder, 0, func() time.Time { return time.Unix(2, 0) })
		if err != nil {
			t.Fatal(err)
		}
		if err := c.write(w); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(folder, "events.out.tfevents.0000000002.dnn.0.v2"))
		if err != nil {
			t.Fatal(err)
		}
		if want, err := hex.DecodeString(c.want); err != nil || !bytes.Contains(data, want) {
			t.Errorf("%s: found\n%x\nwanted it to have\n%x, %v", name, data, want, err)
		}
	}
}
