// Package metrics counts what the server does, for Prometheus. The names follow its rules; a name may be added, but not
// renamed.
package metrics

import (
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"dnn/internal/serve/engine"
)

// Metrics are the counters of a server. It is an engine.Observer.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  prometheus.Histogram
	queue    prometheus.Histogram
	batches  prometheus.Histogram
	images   prometheus.Counter
	inflight prometheus.Gauge
	info     *prometheus.GaugeVec
	reloads  *prometheus.CounterVec

	confidence *shares
	predicted  *prometheus.CounterVec
	models     sync.Map // of *engine.Network: its counters

	mu    sync.RWMutex
	known map[outcome]prometheus.Counter // of requests: to find one by its labels takes much longer
}

// outcome is what requests are counted by.
type outcome struct {
	protocol string
	code     int
}

// counted are the counters of one network.
type counted struct {
	classes []prometheus.Counter
}

// New returns counters that are all 0.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(), known: make(map[outcome]prometheus.Counter),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dnn_requests_total", Help: "Requests, by protocol and HTTP status.",
		}, []string{"protocol", "code"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "dnn_request_seconds", Help: "Time from the header of a request to the end of its response.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 2, 16),
		}),
		queue: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "dnn_queue_seconds", Help: "Time that samples of a request waited for their batch.",
			Buckets: prometheus.ExponentialBuckets(0.00001, 4, 10),
		}),
		batches: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "dnn_batch_images", Help: "Samples that were computed together.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 8),
		}),
		images: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dnn_images_total", Help: "Samples that were answered.",
		}),
		inflight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "dnn_inflight_requests", Help: "Requests that are being answered.",
		}),
		info: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "dnn_model_info", Help: "1 for the SHA-256 of the file of each model.",
		}, []string{"model", "sha256"}),
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dnn_reload_total", Help: "Models that were read again, by result: ok or refused.",
		}, []string{"result"}),
		confidence: newShares("dnn_confidence", "Probability of the class that was predicted: a drift shows here."),
		predicted: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dnn_predicted_total", Help: "Samples of each predicted class.",
		}, []string{"model", "class"}),
	}
	m.registry.MustRegister(m.requests, m.seconds, m.queue, m.batches, m.images, m.inflight, m.info, m.reloads,
		m.confidence, m.predicted, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.reloads.WithLabelValues("ok")
	m.reloads.WithLabelValues("refused")
	return m
}

// Handler returns the handler of /metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}

// Use says which network a model now has, and which it had; nil: none.
func (m *Metrics) Use(name string, n, old *engine.Network) {
	if old != nil {
		m.info.DeleteLabelValues(name, old.SHA256)
		m.models.Delete(old)
	}
	m.info.WithLabelValues(name, n.SHA256).Set(1)
	c := &counted{}
	for _, class := range n.Classes() {
		c.classes = append(c.classes, m.predicted.WithLabelValues(name, class))
	}
	m.models.Store(n, c)
}

// Reloaded counts that a model was read again.
func (m *Metrics) Reloaded(ok bool) {
	if ok {
		m.reloads.WithLabelValues("ok").Inc()
	} else {
		m.reloads.WithLabelValues("refused").Inc()
	}
}

// Begin counts that a request is being answered, until end is called.
func (m *Metrics) Begin() { m.inflight.Inc() }

// End counts that a request was answered.
func (m *Metrics) End(protocol string, code int, took time.Duration) {
	m.inflight.Dec()
	m.counter(outcome{protocol, code}).Inc()
	m.seconds.Observe(took.Seconds())
}

// counter returns the counter of requests with an outcome.
func (m *Metrics) counter(o outcome) prometheus.Counter {
	m.mu.RLock()
	c, ok := m.known[o]
	m.mu.RUnlock()
	if !ok {
		c = m.requests.WithLabelValues(o.protocol, strconv.Itoa(o.code))
		m.mu.Lock()
		m.known[o] = c
		m.mu.Unlock()
	}
	return c
}

// Batch counts a batch.
func (m *Metrics) Batch(samples int) { m.batches.Observe(float64(samples)) }

// Waited counts a wait.
func (m *Metrics) Waited(d time.Duration) { m.queue.Observe(d.Seconds()) }

// Answered counts an answer.
func (m *Metrics) Answered(n *engine.Network, a *engine.Answer) {
	m.images.Add(float64(a.Count))
	m.confidence.add(a)
	v, ok := m.models.Load(n)
	if !ok { // the network was replaced meanwhile
		return
	}
	c, ok := v.(*counted)
	if !ok {
		return
	}
	var found [256]int
	for _, class := range a.Class {
		found[class]++
	}
	for class, counter := range c.classes {
		if n := found[class]; n > 0 {
			counter.Add(float64(n))
		}
	}
}

// shares is a histogram of numbers from 0 to 1, in twentieths, that takes many numbers at once.
type shares struct {
	description *prometheus.Desc
	buckets     [shareBuckets]atomic.Uint64
	sum         atomic.Uint64 // in millionths
}

const shareBuckets = 20

func newShares(name, help string) *shares {
	return &shares{description: prometheus.NewDesc(name, help, nil, nil)}
}

func (s *shares) add(a *engine.Answer) {
	var counts [shareBuckets]uint64
	sum := 0.
	for i, class := range a.Class {
		p := float64(a.Probabilities[i*a.Classes+int(class)])
		if !(p >= 0 && p <= 1) {
			continue // no number, or an output that is no probability
		}
		sum += p
		bucket := int(p * shareBuckets)
		if bucket > 0 && float64(bucket) == p*shareBuckets { // a bucket has its upper edge
			bucket--
		}
		counts[bucket]++
	}
	for i, n := range counts {
		if n > 0 {
			s.buckets[i].Add(n)
		}
	}
	s.sum.Add(uint64(sum*1e6 + 0.5))
}

// Describe sends the description.
func (s *shares) Describe(to chan<- *prometheus.Desc) { to <- s.description }

// Collect sends the histogram.
func (s *shares) Collect(to chan<- prometheus.Metric) {
	buckets, count := map[float64]uint64{}, uint64(0)
	for i := range s.buckets {
		count += s.buckets[i].Load()
		buckets[float64(i+1)/shareBuckets] = count
	}
	to <- prometheus.MustNewConstHistogram(s.description, count, float64(s.sum.Load())/1e6, buckets)
}
