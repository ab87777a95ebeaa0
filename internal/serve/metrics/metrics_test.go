package metrics

import (
	"bytes"
	"io"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"dnn/internal/serve/engine"
	"dnn/internal/serve/engine/enginetest"
)

// scrape returns what /metrics says, as Prometheus reads it: a value for each series of dnn_…, and for each histogram
// count and sum. What promtool check metrics would say is an error.
func scrape(t *testing.T, m *Metrics) map[string]float64 {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	text, err := io.ReadAll(w.Body)
	if err != nil || w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain; version=0.0.4") {
		t.Fatalf("found %d %v %v", w.Code, w.Header(), err)
	}
	problems, err := promlint.New(bytes.NewReader(text)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "dnn_") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]float64)
	for name, family := range families {
		if !strings.HasPrefix(name, "dnn_") {
			continue
		}
		for _, one := range family.GetMetric() {
			series := name
			for _, label := range one.GetLabel() {
				series += " " + label.GetName() + "=" + label.GetValue()
			}
			if h := one.GetHistogram(); h != nil {
				found[series+" count"], found[series+" sum"] = float64(h.GetSampleCount()), h.GetSampleSum()
				before := uint64(0)
				for _, b := range h.GetBucket() {
					if b.GetCumulativeCount() < before {
						t.Errorf("%s: a bucket has less than the one before", series)
					}
					before = b.GetCumulativeCount()
				}
				continue
			}
			found[series] = one.GetCounter().GetValue() + one.GetGauge().GetValue()
		}
	}
	return found
}

const infoName = "dnn_model_info"

// TestMetrics tests that each event moves the metrics that docs/serve.md says it moves, by what it says, and no other.
func TestMetrics(t *testing.T) {
	m := New()
	n := enginetest.Models(t)[0].Network()
	other := enginetest.Models(t)[1].Network()
	classes := n.Classes()
	for _, event := range []struct {
		name string
		do   func()
		want map[string]float64 // by how much each series changes
	}{
		{"a model", func() { m.Use("m", n, nil) }, map[string]float64{
			infoName + " model=m sha256=" + n.SHA256: 1,
		}},
		{"a request begins", m.Begin, map[string]float64{"dnn_inflight_requests": 1}},
		{"a batch", func() { m.Batch(3) }, map[string]float64{"dnn_batch_images count": 1, "dnn_batch_images sum": 3}},
		{"a wait", func() { m.Waited(time.Second / 4) }, map[string]float64{"dnn_queue_seconds count": 1, "dnn_queue_seconds sum": 0.25}},
		{"an answer", func() {
			m.Answered(n, &engine.Answer{
				Count: 3, Classes: 3, Class: []uint8{1, 1, 0},
				Probabilities: []float32{0, 1, 0, 0.25, 0.5, 0.25, 0.75, 0.25, 0},
			})
		}, map[string]float64{
			"dnn_images_total": 3, "dnn_confidence count": 3, "dnn_confidence sum": 2.25,
			"dnn_predicted_total class=" + classes[1] + " model=m": 2,
			"dnn_predicted_total class=" + classes[0] + " model=m": 1,
		}},
		{"outputs that are no probabilities", func() {
			m.Answered(n, &engine.Answer{
				Count: 2, Classes: 3, Class: []uint8{2, 2}, Probabilities: []float32{0, 0, 7, 0, 0, float32(math.NaN())},
			})
		}, map[string]float64{"dnn_images_total": 2, "dnn_predicted_total class=" + classes[2] + " model=m": 2}},
		{"a request ends", func() { m.End("v2", 200, time.Second/2) }, map[string]float64{
			"dnn_inflight_requests": -1, "dnn_requests_total code=200 protocol=v2": 1, "dnn_request_seconds count": 1,
			"dnn_request_seconds sum": 0.5,
		}},
		{"a model is refused", func() { m.Reloaded(false) }, map[string]float64{"dnn_reload_total result=refused": 1}},
		{"a model is replaced", func() { m.Reloaded(true); m.Use("m", other, n) }, map[string]float64{
			"dnn_reload_total result=ok": 1, infoName + " model=m sha256=" + n.SHA256: -1,
			infoName + " model=m sha256=" + other.SHA256: 1,
		}},
		{"an answer of the old one", func() {
			m.Answered(n, &engine.Answer{Count: 1, Classes: 3, Class: []uint8{0}, Probabilities: []float32{1, 0, 0}})
		}, map[string]float64{"dnn_images_total": 1, "dnn_confidence count": 1, "dnn_confidence sum": 1}},
	} {
		before := scrape(t, m)
		event.do()
		after := scrape(t, m)
		keys := slices.Collect(maps.Keys(before))
		for series := range after {
			if _, ok := before[series]; !ok {
				keys = append(keys, series)
			}
		}
		for _, series := range keys {
			if moved := after[series] - before[series]; moved != event.want[series] {
				t.Errorf("%s: %s: wanted %v more, found %v", event.name, series, event.want[series], moved)
			}
		}
		for series := range event.want {
			if !slices.Contains(keys, series) {
				t.Errorf("%s: wanted %s, found none", event.name, series)
			}
		}
	}
}

// TestShares tests that a share is in the bucket whose upper edge it does not exceed, as of any histogram.
func TestShares(t *testing.T) {
	for p, want := range map[float32]int{0: 0, 0.03: 0, 0.25: 4, 0.26: 5, 0.5: 9, 1: 19} {
		s := newShares("x", "X.")
		s.add(&engine.Answer{Count: 1, Classes: 1, Class: []uint8{0}, Probabilities: []float32{p}})
		for i := range s.buckets {
			if found := s.buckets[i].Load(); (found == 1) != (i == want) {
				t.Errorf("%v: wanted bucket %d, found %d in bucket %d", p, want, found, i)
			}
		}
	}
}
