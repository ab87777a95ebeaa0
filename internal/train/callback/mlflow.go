package callback

import (
	"net/url"

	"dnn/internal/setting"
	"dnn/internal/train"
)

// MLflow names the MLflow server that is told of a run: its parameters, its metrics after each epoch, and its files. The
// experiment does that (package mlflow), since it knows what the run is called and what it writes.
type MLflow struct {
	TrackingURI string
	Experiment  string // of the server
}

func newMLflow() Named {
	return Named{
		Name: "mlflow", Kind: &MLflow{Experiment: "dnn"}, Main: "tracking_uri",
		Doc: "MLflow server to tell of the run. A server that is away never stops a run.",
	}
}

// Settings implements Kind.
func (m *MLflow) Settings() []setting.Setting {
	return []setting.Setting{
		{Name: "tracking_uri", Value: &m.TrackingURI, Required: true, Example: "http://127.0.0.1:5000",
			Wanted: "the address of an MLflow server, such as http://127.0.0.1:5000",
			Doc:    "Address of the server.",
			Advice: "http://127.0.0.1:5000 for one of your own: mlflow server."},
		{Name: "experiment", Value: &m.Experiment, Example: "digits", Wanted: "the name of an experiment of MLflow",
			Doc:    "Experiment of MLflow that the run belongs to; it is made if there is none.",
			Advice: "one for all runs that are to be compared."},
	}
}

// Add implements Kind.
func (m *MLflow) Add(*train.Run) {}

// Check implements setting.Checker: TrackingURI must be the address of a server.
func (m *MLflow) Check() *setting.Error {
	u, err := url.Parse(m.TrackingURI)
	if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
		return nil
	}
	uri := m.Settings()[0]
	return &setting.Error{
		Setting: uri.Name, What: "wanted " + uri.Wanted + ", found " + m.TrackingURI,
		Hint: "a folder of runs becomes a server by: mlflow server --backend-store-uri FOLDER",
	}
}
