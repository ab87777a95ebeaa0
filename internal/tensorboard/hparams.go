package tensorboard

import "time"

// Experiment is what the runs below a folder have in common: what TensorBoard's plugin hparams needs to list them.
type Experiment struct {
	Name            string
	Description     string
	Hyperparameters []Hyperparameter
	Metrics         []string // tags of scalars that each run has
}

// Hyperparameter is something in which runs differ.
type Hyperparameter struct {
	Name   string
	Domain []any   // its values, each a float64, a bool or a string, all of one type; nil: the numbers from Low to High
	Low    float64 // of the numbers
	High   float64
}

// Setting is the value of a hyperparameter in one run: a float64, a bool or a string.
type Setting struct {
	Name  string
	Value any
}

// The fields of the messages are, from tensorboard/plugins/hparams/api.proto and plugin_data.proto:
//
//	HParamsPluginData: int32 version = 1; Experiment experiment = 2; SessionStartInfo session_start_info = 3;
//		SessionEndInfo session_end_info = 4;
//	Experiment: string description = 1; string user = 2; double time_created_secs = 3; repeated HParamInfo hparam_infos = 4;
//		repeated MetricInfo metric_infos = 5; string name = 6;
//	HParamInfo: string name = 1; DataType type = 4; ListValue domain_discrete = 5; Interval domain_interval = 6;
//	Interval: double min_value = 1; double max_value = 2;
//	MetricInfo: MetricName name = 1 (string group = 1; string tag = 2);
//	SessionStartInfo: map<string, Value> hparams = 1; string group_name = 4; double start_time_secs = 5;
//	SessionEndInfo: Status status = 1; double end_time_secs = 2;

// Experiment writes what the runs below the folder have in common. It belongs into a file of its own, above theirs.
func (w *Writer) Experiment(e Experiment) error {
	m := message(nil).given(1, e.Description).double(3, seconds(w.now()))
	for _, h := range e.Hyperparameters {
		m = m.message(4, h.info())
	}
	for _, tag := range e.Metrics {
		m = m.message(5, message(nil).message(1, message(nil).text(2, tag)))
	}
	return w.hparams("experiment", 2, m.given(6, e.Name))
}

// info returns the HParamInfo.
func (h Hyperparameter) info() message {
	const texts, truths, numbers = 1, 2, 3 // DataType
	m := message(nil).text(1, h.Name)
	if h.Domain == nil {
		return m.integer(4, numbers).message(6, message(nil).double(1, h.Low).double(2, h.High))
	}
	dataType, list := texts, message(nil)
	for _, v := range h.Domain {
		switch v.(type) {
		case float64:
			dataType = numbers
		case bool:
			dataType = truths
		}
		list = list.message(1, anyValue(v))
	}
	return m.integer(4, uint64(dataType)).message(5, list)
}

// anyValue returns a google.protobuf.Value: double number_value = 2; string string_value = 3; bool bool_value = 4.
func anyValue(v any) message {
	switch v := v.(type) {
	case float64:
		return message(nil).double(2, v)
	case bool:
		var one uint64
		if v {
			one = 1
		}
		return message(nil).integer(4, one)
	case string:
		return message(nil).text(3, v)
	}
	panic("tensorboard: a setting is a float64, a bool or a string")
}

// SessionStart says which settings a run has. TensorBoard shows the runs of one group on one line, with the means of
// their metrics.
func (w *Writer) SessionStart(group string, settings []Setting) error {
	m := message(nil)
	for _, s := range settings {
		m = m.message(1, message(nil).text(1, s.Name).message(2, anyValue(s.Value)))
	}
	return w.hparams("session_start_info", 3, m.given(4, group).double(5, seconds(w.now())))
}

// SessionEnd says that the run has ended, well or not, after some time.
func (w *Writer) SessionEnd(ok bool, after time.Duration) error {
	const success, failure = 1, 2 // Status
	status := uint64(failure)
	if ok {
		status = success
	}
	return w.hparams("session_end_info", 4, message(nil).integer(1, status).double(2, seconds(w.now().Add(after))))
}

// hparams writes a summary of the plugin, whose data are in the metadata. Its tensor is empty.
func (w *Writer) hparams(tag string, field int, data message) error {
	const float = 1                                                                 // DataType.DT_FLOAT
	none := message(nil).integer(1, float).message(2, message(nil).message(2, nil)) // tensor_shape: one dim, of size 0
	content := message(nil).message(field, data)                                    // version is 0
	plugin := message(nil).text(1, "hparams").message(2, content)
	value := message(nil).text(1, "_hparams_/"+tag).message(8, none).message(9, message(nil).message(1, plugin))
	return w.write(event(seconds(w.now()), 0).message(5, message(nil).message(1, value)))
}
