package collect

import (
	"bufio"
	"encoding/json"
	"io"
	"math"

	"dnn/internal/statistics"
	"dnn/internal/sweep/folder"
)

// object is the JSON of a sweep. Keys may be added, but not renamed.
type object struct {
	Event      string         `json:"event"` // sweep
	Hash       string         `json:"hash"`
	Name       string         `json:"name,omitempty"`
	Method     string         `json:"method"`
	Metric     string         `json:"metric"` // by which settings are sorted
	Goal       string         `json:"goal"`   // minimize or maximize
	Seeds      int            `json:"seeds"`
	Points     int            `json:"points"`  // of the sweep
	Found      int            `json:"found"`   // that have a result
	Missing    int            `json:"missing"` // that have none
	Damaged    []string       `json:"damaged"` // what is wrong with results that are left out
	Statuses   map[string]int `json:"statuses"`
	Confidence float64        `json:"confidence"`
	Best       *bestObject    `json:"best"` // null: no point was trained to its end
	Settings   []settingJSON  `json:"settings"`
	Files      files          `json:"files"`
}

type bestObject struct {
	Point   int     `json:"point"`
	Setting int     `json:"setting"`
	Seed    uint64  `json:"seed"`
	Metric  float64 `json:"metric"`
	Folder  string  `json:"folder"`
	SHA256  string  `json:"sha256,omitempty"`
}

// settingJSON is a setting, the best one first. A number that there is not, such as the deviation of one seed, is null.
type settingJSON struct {
	Setting    int              `json:"setting"`
	Parameters map[string]value `json:"parameters"`
	Status     string           `json:"status"` // finished, partial, stopped, broken
	Mean       *float64         `json:"mean"`
	Std        *float64         `json:"std"`
	Low        *float64         `json:"low"`
	High       *float64         `json:"high"`
	Points     []pointJSON      `json:"points"`
}

type pointJSON struct {
	Point   int                `json:"point"`
	Seed    uint64             `json:"seed"`
	Status  folder.Status      `json:"status"`
	Epochs  int                `json:"epochs"`
	Metrics map[string]float64 `json:"metrics"`
	SHA256  string             `json:"sha256,omitempty"`
	Seconds float64            `json:"train_s"`
	Exit    int                `json:"exit,omitempty"`
	Error   string             `json:"error,omitempty"`
}

// writeJSON writes one object, on one line.
func (s *sweep) writeJSON(w io.Writer, f files) error {
	o := object{
		Event: "sweep", Hash: s.Hash, Name: s.Name, Method: s.Method, Metric: s.metric.Name, Goal: s.goal(), Seeds: s.Seeds,
		Points: s.Settings * s.Seeds, Found: len(s.points), Missing: s.missing(), Damaged: []string{},
		Statuses: map[string]int{}, Confidence: statistics.Confidence, Files: f,
	}
	for _, err := range s.damaged {
		o.Damaged = append(o.Damaged, err.Error())
	}
	for _, p := range s.points {
		o.Statuses[string(p.Status)]++
	}
	if best, ok := s.best(); ok {
		o.Best = &bestObject{best.Point, best.Setting, best.Seed, best.metric, s.folder.PointPath(best.Point), best.Model}
	}
	for _, one := range s.settings {
		o.Settings = append(o.Settings, s.settingJSON(one))
	}
	out := bufio.NewWriter(w)
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	if err := e.Encode(o); err != nil {
		return err
	}
	return out.Flush()
}

func (s *sweep) goal() string {
	if s.metric.Maximize {
		return "maximize"
	}
	return "minimize"
}

func (s *sweep) settingJSON(one setting) settingJSON {
	i := one.interval
	j := settingJSON{
		Setting: one.number, Parameters: map[string]value{}, Status: one.rank.String(), Mean: orNull(i.Mean),
		Std: orNull(i.Std), Low: orNull(i.Mean - i.Half), High: orNull(i.Mean + i.Half),
	}
	for k, v := range one.points[0].values {
		if v.kind != none {
			j.Parameters[s.Keys[k]] = v
		}
	}
	for _, p := range one.points {
		metrics := map[string]float64{}
		for _, name := range s.names {
			if v, ok := p.Metrics[name]; ok {
				metrics[name] = v
			}
		}
		j.Points = append(j.Points, pointJSON{
			p.Point, p.Seed, p.Status, p.Epochs, metrics, p.Model, p.Seconds, p.Exit, p.Error,
		})
	}
	return j
}

// orNull returns what JSON has for a number: null for one that there is not.
func orNull(v float64) *float64 {
	if v != v || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
