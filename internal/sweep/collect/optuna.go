package collect

import (
	"bufio"
	"encoding/json"
	"io"
	"strconv"
	"time"

	"dnn/internal/sweep/folder"
)

// Operations and states of Optuna's journal (optuna.storages.JournalStorage, version 5).
const (
	createStudy    = 0
	setStudyAttr   = 2
	setSystemAttr  = 3
	createTrial    = 4
	trialComplete  = 1
	trialPruned    = 2
	trialFailed    = 3
	studyMinimizes = 1
	studyMaximizes = 2
)

// begun is when all points began, for formats that want a time of day: when they ran says nothing about them, and would
// change the bytes. How long they took is added to it.
func begun() time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }

// trial is a line of the journal: a trial that has ended.
type trial struct {
	Op            int                `json:"op_code"`
	Worker        string             `json:"worker_id"`
	Study         int                `json:"study_id"`
	Start         string             `json:"datetime_start"`
	Complete      string             `json:"datetime_complete"`
	State         int                `json:"state"`
	Value         *float64           `json:"value"`
	Values        []float64          `json:"values"`
	Distributions map[string]string  `json:"distributions"`
	Params        map[string]float64 `json:"params"`
	Attributes    map[string]any     `json:"user_attrs"`
	System        map[string]any     `json:"system_attrs"`
	Intermediate  map[string]float64 `json:"intermediate_values"`
}

// writeOptuna writes the journal of a study that has a trial for each point, in the order of points. A finished point is
// complete, a stopped one pruned, all others failed; one without the metric has failed too, as Optuna has it. A parameter
// has its value as Optuna stores it: the number, or the index of the choice.
func (s *sweep) writeOptuna(w io.Writer) error {
	out := bufio.NewWriter(w)
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	direction := studyMinimizes
	if s.metric.Maximize {
		direction = studyMaximizes
	}
	type study struct {
		Op         int            `json:"op_code"`
		Worker     string         `json:"worker_id"`
		Name       string         `json:"study_name,omitempty"`
		Directions []int          `json:"directions,omitempty"`
		Study      *int           `json:"study_id,omitempty"`
		Attribute  map[string]any `json:"user_attr,omitempty"`
		System     map[string]any `json:"system_attr,omitempty"`
	}
	first := new(int)
	lines := []any{
		study{Op: createStudy, Worker: worker, Name: s.study(), Directions: []int{direction}},
		study{Op: setSystemAttr, Worker: worker, Study: first, System: map[string]any{"study:metric_names": []string{s.metric.Name}}},
		study{Op: setStudyAttr, Worker: worker, Study: first, Attribute: map[string]any{"sweep": s.Hash}},
		study{Op: setStudyAttr, Worker: worker, Study: first, Attribute: map[string]any{"method": s.Method}},
	}
	distributions := make([]string, len(s.parameters))
	for i, p := range s.parameters {
		var err error
		if distributions[i], err = p.distribution(); err != nil {
			return err
		}
	}
	for _, p := range s.points {
		lines = append(lines, s.trial(p, distributions))
	}
	for _, line := range lines {
		if err := e.Encode(line); err != nil {
			return err
		}
	}
	return out.Flush()
}

// worker is who wrote the journal.
const worker = "dnn"

// study returns the name of the sweep in Optuna.
func (s *sweep) study() string {
	if s.Name != "" {
		return s.Name
	}
	return "sweep-" + s.Hash[:min(12, len(s.Hash))]
}

// trial returns the line of a point. distributions are those of the parameters.
func (s *sweep) trial(p point, distributions []string) trial {
	const layout = "2006-01-02T15:04:05.000000-07:00"
	t := trial{
		Op: createTrial, Worker: worker, Start: begun().Format(layout), Complete: begun().Add(p.took()).Format(layout),
		Params: map[string]float64{}, Distributions: map[string]string{}, Attributes: map[string]any{
			"point": p.Point, "setting": p.Setting, "seed": p.Seed, "status": p.Status, "epochs": p.Epochs,
		},
		System: map[string]any{}, Intermediate: map[string]float64{},
	}
	switch {
	case p.metric != p.metric:
		t.State = trialFailed
	case p.Status == folder.Finished:
		t.State, t.Value = trialComplete, &p.metric
	case p.Status == folder.Stopped:
		t.State, t.Value = trialPruned, &p.metric
	default:
		t.State = trialFailed
	}
	for i, v := range p.values {
		if v.kind != none {
			t.Params[s.Keys[i]] = s.parameters[i].internal(v)
			t.Distributions[s.Keys[i]] = distributions[i]
		}
	}
	for _, name := range s.names {
		if v, ok := p.Metrics[name]; ok {
			t.Attributes[name] = v
		}
	}
	if p.Model != "" {
		t.Attributes["sha256"] = p.Model
	}
	if p.Error != "" {
		t.Attributes["error"] = p.Error
	}
	if s.own {
		for i, v := range p.Curve {
			t.Intermediate[strconv.Itoa(i+1)] = v
		}
	}
	return t
}

// took returns how long a point was trained.
func (p point) took() time.Duration {
	const most = 1e6 // seconds: what is beyond, a damaged file says
	return time.Duration(max(0, min(most, p.Seconds)) * float64(time.Second))
}

// distribution returns the JSON of what Optuna calls the parameter's distribution.
func (p parameter) distribution() (string, error) {
	type attributes struct {
		Choices []value  `json:"choices,omitempty"`
		Low     *float64 `json:"low,omitempty"`
		High    *float64 `json:"high,omitempty"`
		Log     *bool    `json:"log,omitempty"`
		Step    *int     `json:"step,omitempty"`
	}
	d := struct {
		Name       string     `json:"name"`
		Attributes attributes `json:"attributes"`
	}{Name: "CategoricalDistribution", Attributes: attributes{Choices: p.choices}}
	switch {
	case p.choices != nil:
	case p.whole:
		d.Name = "IntDistribution"
		d.Attributes = attributes{Low: &p.low, High: &p.high, Log: &p.log, Step: new(1)}
	default:
		d.Name = "FloatDistribution"
		d.Attributes = attributes{Low: &p.low, High: &p.high, Log: &p.log}
	}
	text, err := json.Marshal(d)
	return string(text), err
}

// internal returns a value as Optuna stores it.
func (p parameter) internal(v value) float64 {
	if p.choices == nil {
		return v.number
	}
	return float64(p.places[v.text])
}
