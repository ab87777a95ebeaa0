package emit

import (
	"encoding/json"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"dnn/internal/fault"
)

// kubernetesTemplate is a ConfigMap with the files of the sweep, and an Indexed Job for each rung, or one (Kubernetes 1.33
// or later, for backoffLimitPerIndex). The exit statuses of dnn are made for its podFailurePolicy: 2, 3, 4, 7 and 9 are
// mistakes that a second run would make again.
const kubernetesTemplate = `{{define "kubernetes"}}# Trains the {{count .Points "point"}} of {{.File}} in {{count .Tasks "task"}} of {{.Each}}, at {{.Seconds}} a point.
#
# Start it:                kubectl apply -f THIS_FILE
{{- if gt (len .Rungs) 1}}
# Each rung is a Job, and all but the first wait. When one is complete, let the next one go:
#   kubectl wait --for=condition=complete --timeout=-1s job/{{.Name}}-0
#   kubectl patch job/{{.Name}}-1 -p '{"spec":{"suspend":false}}'
{{- end}}
# See how far it is:       kubectl get job/{{.JobName 0}}
# What the points left:    {{.Folder}} in the volume, for dnn sweep collect
# A task was lost for good: delete the Job, and apply it again; points that are finished are not trained again.
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{.Name}}
data:
{{- range .Mounted}}
  {{quote .Key}}: |{{literal .Text}}
{{- end}}
{{range .Jobs}}---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{.Name}}
spec:
{{- if .Waits}}
  suspend: true # until the rung before it is complete
{{- end}}
  completionMode: Indexed # task i trains the points i, i + {{.Tasks}}, i + 2 * {{.Tasks}}, …
  completions: {{.Tasks}}
  parallelism: {{.Parallelism}} # tasks at a time
  backoffLimitPerIndex: 5 # a task that was lost is tried again, and goes on where it was
  maxFailedIndexes: {{.Tasks}} # the others go on
  podFailurePolicy:
    rules:
      - action: Ignore # the node was drained: no fault of the task
        onPodConditions: [{type: DisruptionTarget}]
      - action: FailIndex # usage, config, data, resources, divergence: would be the same again
        onExitCodes: {containerName: dnn, operator: In, values: [2, 3, 4, 7, 9]}
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 30
      securityContext:
        runAsNonRoot: true
        runAsUser: 65532
        runAsGroup: 65532
        fsGroup: 65532
        seccompProfile: {type: RuntimeDefault}
      containers:
        - name: dnn
          image: {{quote .Image}}
          # $(JOB_COMPLETION_INDEX) is the number of the task.
          command:
{{- range .Command}}
            - {{quote .}}
{{- end}}
          workingDir: /sweep
          env:
            - {name: DNN_DATA_DIR, value: /volume/data} # the data sets: dnn download --data-dir puts them there, or the first task does
          resources:
            requests: {cpu: "{{.Threads}}", memory: {{.Megabytes}}Mi}
            limits: {memory: {{.Megabytes}}Mi}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
          volumeMounts:
            - {name: sweep, mountPath: /sweep, readOnly: true}
            - {name: volume, mountPath: /volume}
      volumes:
        - name: sweep
          configMap:
            name: {{.ConfigMap}}
            items:
{{- range .Mounted}}
              - {key: {{quote .Key}}, path: {{quote .Path}}}
{{- end}}
        - name: volume # one that all nodes can write to: ReadWriteMany
          persistentVolumeClaim: {claimName: {{quote .Claim}}}
{{end}}{{end}}`

// inVolume makes the folder of the sweep one in the volume, the only place that a task can write to, and checks what
// Kubernetes alone needs.
func (j *job) inVolume() error {
	given := j.Folder
	if j.Folder = filepath.ToSlash(given); !path.IsAbs(j.Folder) {
		j.Folder = path.Join(volume, j.Folder)
	}
	switch {
	case !strings.HasPrefix(path.Clean(j.Folder), volume+"/"):
		return fault.New(fault.Usage, "--output", "wanted a folder in %s, where tasks see the volume, found %s", volume, given)
	case j.Image == "":
		return fault.New(fault.Usage, "--image", "wanted the name of a container image, found none")
	case !claimName().MatchString(j.Claim) || len(j.Claim) > maxClaim:
		return fault.New(fault.Usage, "--claim", "wanted the name of a volume claim: at most %d small letters, digits, - and ., found %q",
			maxClaim, j.Claim)
	}
	_, err := j.Mounted()
	return err
}

// volume is where tasks see the volume that they share.
const volume = "/volume"

// Names of claims are DNS subdomains (RFC 1123). The length is not part of the expression: its program would be as long,
// and take as long to make as all the rest of the start of dnn.
var claimName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$`) })

const maxClaim = 253

// kubernetesJob is one Job of the manifest: the sweep, or a rung of it.
type kubernetesJob struct {
	*job
	Name        string
	ConfigMap   string
	Parallelism int
	Waits       bool
	Command     []string
}

// Jobs returns the Jobs in the order in which they run.
func (j *job) Jobs() ([]kubernetesJob, error) {
	run := slices.Concat([]string{"dnn", "sweep", "run", path.Base(filepath.ToSlash(j.File)), "-o", j.Folder}, j.Flags)
	for i, word := range run {
		run[i] = strings.ReplaceAll(word, "$", "$$") // $(NAME) would be the value of a variable, and $$ is $
	}
	run = append(run, "--shard", "$(JOB_COMPLETION_INDEX)/"+strconv.Itoa(j.Tasks), "--threads", strconv.Itoa(j.Threads))
	parallelism := j.Tasks
	if j.AtOnce > 0 {
		parallelism = min(parallelism, j.AtOnce)
	}
	one := kubernetesJob{job: j, ConfigMap: j.Name, Parallelism: parallelism}
	if len(j.Rungs) == 0 {
		one.Name, one.Command = j.JobName(0), run
		return []kubernetesJob{one}, nil
	}
	var all []kubernetesJob
	for _, rung := range j.Rungs {
		one.Name, one.Waits = j.JobName(rung), rung > 0
		one.Command = slices.Concat(run, []string{"--rung", strconv.Itoa(rung)})
		all = append(all, one)
	}
	return all, nil
}

// JobName returns the name of the Job of a rung.
func (j *job) JobName(rung int) string {
	if len(j.Rungs) == 0 {
		return j.Name
	}
	return j.Name + "-" + strconv.Itoa(rung)
}

// mounted is a file of the ConfigMap.
type mounted struct{ Key, Path, Text string }

// Mounted returns the files that every task sees in /sweep: the sweep file, and its base at the place that the sweep file
// names.
func (j *job) Mounted() ([]mounted, error) {
	all := []mounted{{Key: "sweep.yaml", Path: path.Base(filepath.ToSlash(j.File)), Text: string(j.SweepText)}}
	if j.BaseText != nil {
		at, err := filepath.Rel(filepath.Dir(j.File), j.Sweep.Base)
		if at = filepath.ToSlash(at); err != nil || at == ".." || strings.HasPrefix(at, "../") {
			return nil, fault.New(fault.Usage, j.Sweep.Base,
				"wanted a file in the folder of %s or below, as every task gets it at the same place", j.File).
				WithHint("copy it there, and name the copy in base")
		}
		all = append(all, mounted{Key: "base.yaml", Path: at, Text: string(j.BaseText)})
	}
	total := 0
	for _, f := range all {
		if !utf8.ValidString(f.Text) {
			return nil, fault.New(fault.Config, f.Path, "wanted text in UTF-8")
		}
		total += len(f.Text)
	}
	if total > maxConfigMap {
		return nil, fault.New(fault.Usage, j.File, "wanted files of at most %d bytes together, found %d: a ConfigMap holds no more",
			maxConfigMap, total)
	}
	return all, nil
}

// maxConfigMap is how many bytes of data a ConfigMap may have, less some for its names.
const maxConfigMap = 1<<20 - 4096

// quote returns text as a YAML scalar in quotes. JSON's strings are YAML's.
func quote(text string) (string, error) {
	quoted, err := json.Marshal(text)
	return string(quoted), err
}

// literal returns text as the rest of a literal block scalar that began with |, indented by four spaces. It begins with an
// indentation indicator, as the text may itself begin with spaces, and says how many newlines it ends in.
func literal(text string) string {
	chomp := ""
	switch {
	case !strings.HasSuffix(text, "\n"):
		chomp = "-"
	case strings.HasSuffix(text, "\n\n") || text == "\n":
		chomp = "+"
	}
	text = strings.ReplaceAll(text, "\r\n", "\n") // YAML reads both as one newline
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = "    " + line
		}
	}
	return "2" + chomp + "\n" + strings.Join(lines, "\n")
}
