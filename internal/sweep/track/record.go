package track

import (
	"cmp"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"dnn/internal/mlflow"
	"dnn/internal/sweep/folder"
	"dnn/internal/sweep/space"
)

// record returns what MLflow is told of a point with the files in the folder at path.
func (t *Tracker) record(path string, r folder.Result) *mlflow.Record {
	ended := t.system.Now().UnixMilli()
	record := &mlflow.Record{
		TrackingURI: t.server.TrackingURI, Experiment: t.server.Experiment, Name: t.name() + " point " + strconv.Itoa(r.Point),
		Begun: ended - int64(r.Seconds*1000), Ended: ended, Status: mlflow.Finished, Params: t.params(r),
		Tags: []mlflow.Param{
			{Key: "dnn.version", Value: t.Version}, {Key: "mlflow.source.name", Value: "dnn"},
			{Key: "dnn.sweep", Value: t.Sweep.Hash}, {Key: "dnn.point", Value: strconv.Itoa(r.Point)},
			{Key: "dnn.setting", Value: strconv.Itoa(r.Setting)}, {Key: "dnn.seed", Value: strconv.FormatUint(r.Seed, 10)},
			{Key: "dnn.status", Value: string(r.Status)},
		},
	}
	if r.Status == folder.Diverged || r.Status == folder.Failed {
		record.Status = mlflow.Failed
		record.Tags = append(record.Tags, mlflow.Param{Key: "dnn.error", Value: r.Error})
	}
	for _, name := range []string{folder.ModelFile, folder.HistoryFile, folder.ExperimentFile} {
		if _, err := os.Stat(filepath.Join(path, name)); err == nil {
			record.Artifacts = append(record.Artifacts, name)
		}
	}
	record.Metrics = metricsOf(filepath.Join(path, folder.HistoryFile), record.Begun)
	for _, name := range []string{"test_loss", "test_accuracy"} {
		if v, ok := r.Metrics[name]; ok {
			metric := mlflow.Metric{Key: name, Value: mlflow.Number(v), Timestamp: ended, Step: r.Epochs}
			record.Metrics = append(record.Metrics, metric)
		}
	}
	return record
}

// name returns what the sweep is called: as its file says, or else as its file.
func (t *Tracker) name() string {
	file := filepath.Base(t.Sweep.Path)
	return cmp.Or(t.Sweep.Name, strings.TrimSuffix(file, filepath.Ext(file)))
}

// params returns all keys of the experiment of a point. Of one that contradicts itself they are the parameters of the
// sweep alone.
func (t *Tracker) params(r folder.Result) []mlflow.Param {
	var values []space.Value
	swept := []mlflow.Param{}
	for _, p := range r.Parameters {
		values = append(values, space.Value{Key: p.Key, Text: p.Value})
		swept = append(swept, mlflow.Param{Key: p.Key, Value: p.Value})
	}
	x, err := t.Sweep.Resolve(t.Sweep.PointOf(r.Point, values))
	if err != nil {
		return swept
	}
	settings, err := x.Reproducible().MarshalJSON()
	if err != nil {
		return swept
	}
	params, err := mlflow.Params(settings)
	if err != nil {
		return swept
	}
	return params
}

// metricsOf returns the metrics of each epoch of a history.csv, of a run that began at a Unix time in milliseconds. No
// point fails for them: they end where the file is damaged, and there are none without it.
func metricsOf(path string, begun int64) []mlflow.Metric {
	all := []mlflow.Metric{}
	text, err := os.ReadFile(path)
	if err != nil {
		return all
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	names := strings.Split(lines[0], ",") // epoch, epoch_s, and metrics
	at := float64(begun)
	for _, line := range lines[1:] {
		row := strings.Split(line, ",")
		epoch, err := strconv.Atoi(row[0])
		if err != nil || len(row) != len(names) || len(row) < 2 {
			return all
		}
		for i, name := range names[1:] {
			v, err := strconv.ParseFloat(row[i+1], 64)
			switch {
			case row[i+1] == "": // not measured
			case err != nil:
				return all
			case i == 0:
				at += v * 1000
			default:
				all = append(all, mlflow.Metric{Key: name, Value: mlflow.Number(v), Timestamp: int64(at), Step: epoch})
			}
		}
	}
	return all
}
