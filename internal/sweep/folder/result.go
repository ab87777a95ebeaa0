// Package folder keeps what the points of a sweep have left: one folder for a sweep, one in it for each point. It is
// all that runs on different machines share, so every change of it is one rename.
//
//	sweep.json              which sweep the folder is of: Identity
//	points/000012/          a finished point: result.json, experiment.yaml, history.csv, model.bin
//	rungs/0/000012/         a point at a rung of early stopping: result.json, and the checkpoint from which it goes on
package folder

// Status says how a point ended.
type Status string

// How a point can have ended.
const (
	Finished Status = "finished" // it was trained to its end
	Stopped  Status = "stopped"  // early stopping ended it: it was too bad at a rung
	Paused   Status = "paused"   // at a rung: whether it goes on is not decided by it alone
	Diverged Status = "diverged" // its loss became NaN or infinite
	Failed   Status = "failed"   // it cannot be trained, such as an experiment that contradicts itself
)

// Result is what one point has given: result.json. It has no time of day and no host; Seconds is the one figure that
// differs between two runs of a point.
type Result struct {
	Format     int         `json:"format"` // 1
	Sweep      string      `json:"sweep"`  // space.Sweep.Hash
	Point      int         `json:"point"`
	Setting    int         `json:"setting"`
	Seed       uint64      `json:"seed"`
	Status     Status      `json:"status"`
	Parameters []Parameter `json:"parameters"` // in the order of the sweep file
	Epochs     int         `json:"epochs"`     // that it was trained
	// Metrics has the exact float32 values by the names of report.SeedMetrics, without those that were not measured, such
	// as val_loss without validation. None if it failed.
	Metrics map[string]float64 `json:"metrics"`
	Curve   []float64          `json:"curve"`           // the sweep's metric after each epoch; a metric of the test has none
	Model   string             `json:"model,omitempty"` // SHA-256 of model.bin; empty: none was kept
	Exit    int                `json:"exit,omitempty"`  // the exit status of the run, if it diverged or failed
	Error   string             `json:"error,omitempty"` // why
	Seconds float64            `json:"seconds"`
}

// Parameter is what one key of the experiment was at the point.
type Parameter struct {
	Key   string `json:"key"`
	Value string `json:"value"` // YAML on one line, as space.Value.Text
}

// Identity says which sweep a folder is of: sweep.json. Points of two sweeps never meet in one folder.
type Identity struct {
	Format     int      `json:"format"` // 1
	Hash       string   `json:"hash"`   // space.Sweep.Hash
	Name       string   `json:"name"`
	Method     string   `json:"method"`
	Metric     string   `json:"metric"`
	Maximize   bool     `json:"maximize"`
	Keys       []string `json:"keys"` // of the parameters, in the order of the file
	Seeds      int      `json:"seeds"`
	Settings   int      `json:"settings"`
	Rungs      []int    `json:"rungs,omitempty"`
	Base       string   `json:"base"`  // the base experiment, as YAML
	Sweep      string   `json:"sweep"` // the text of the sweep file
	Version    string   `json:"version"`
	Validation bool     `json:"validation"` // whether points have val_ metrics

	// Learned has the SHA-256 of the files that all points learn from: of the data set as dataset, of teachers by their
	// paths. The first point that is trained adds them.
	Learned map[string]string `json:"learned,omitempty"`
}
