// Kubelet stands in for Kubernetes' scheduler and kubelet: it applies a manifest of dnn sweep emit --kubernetes to a real
// API server, runs the command of each pod that the real Job controller makes, and tells the server how it ended. A pod
// runs in a root of its own with nothing in it but dnn, the files of the ConfigMap and the volume, as a user without
// rights, as the manifest says.
//
//	kubelet -root DIR -server URL -token TOKEN [-status INDEX:ATTEMPT=STATUS]... manifest.yaml
//
// With -status, a pod's command does not run to its end: the pod ends with that exit status, as if killed or refused.
// It prints a line for each pod, and at the end one for each Job.
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	namespace = "/api/v1/namespaces/default"
	jobs      = "/apis/batch/v1/namespaces/default/jobs"
)

// node runs pods.
type node struct {
	api
	root     string         // of the pods
	statuses map[string]int // exit statuses by INDEX:ATTEMPT
	pods     sync.WaitGroup
	begun    map[string]bool // pods by name
}

func main() {
	n := &node{statuses: map[string]int{}, begun: map[string]bool{}}
	n.client = &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // its certificate is made anew at each start
	}}
	flag.StringVar(&n.server, "server", "https://127.0.0.1:16443", "URL of the API server")
	flag.StringVar(&n.token, "token", "", "bearer token")
	flag.StringVar(&n.root, "root", "", "folder that is / for the pods, with dnn in bin, and volume")
	flag.Func("status", "INDEX:ATTEMPT=STATUS with which a pod ends", func(text string) error {
		which, status, ok := strings.Cut(text, "=")
		code, err := strconv.Atoi(status)
		if !ok || err != nil {
			return errors.New("wanted INDEX:ATTEMPT=STATUS")
		}
		n.statuses[which] = code
		return nil
	})
	flag.Parse()
	if err := n.run(context.Background(), flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "kubelet:", err)
		os.Exit(1)
	}
}

// run applies the manifest and runs what the controller asks for, until each Job is complete or has failed.
func (n *node) run(ctx context.Context, path string) error {
	manifest, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := n.apply(ctx, manifest); err != nil {
		return err
	}
	for {
		var list batchv1.JobList
		if err := n.get(ctx, jobs, &list); err != nil {
			return err
		}
		slices.SortFunc(list.Items, func(a, b batchv1.Job) int { return strings.Compare(a.Name, b.Name) })
		over := 0
		for i, job := range list.Items {
			if how := ended(job); how != "" {
				over++
				continue
			}
			if job.Spec.Suspend != nil && *job.Spec.Suspend && i == over { // those before it are over
				if err := n.patch(ctx, jobs+"/"+job.Name, map[string]any{"spec": map[string]any{"suspend": false}}); err != nil {
					return err
				}
			}
			if err := n.start(ctx, job.Name); err != nil {
				return err
			}
		}
		if over == len(list.Items) {
			n.pods.Wait()
			for _, job := range list.Items {
				fmt.Printf("job %s: %s, succeeded %d, failed pods %d, completed %q, failed indexes %q\n", job.Name, ended(job),
					job.Status.Succeeded, job.Status.Failed, job.Status.CompletedIndexes, failedIndexes(job))
			}
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func failedIndexes(job batchv1.Job) string {
	if job.Status.FailedIndexes == nil {
		return ""
	}
	return *job.Status.FailedIndexes
}

// ended returns how a Job ended; empty: it has not.
func ended(job batchv1.Job) string {
	for _, c := range job.Status.Conditions {
		if c.Status == corev1.ConditionTrue && (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) {
			return string(c.Type)
		}
	}
	return ""
}

// start runs the pods of a Job that wait for it.
func (n *node) start(ctx context.Context, job string) error {
	var list corev1.PodList
	if err := n.get(ctx, namespace+"/pods?labelSelector=job-name%3D"+job, &list); err != nil {
		return err
	}
	for _, pod := range list.Items {
		waits := pod.Status.Phase == corev1.PodPending && pod.DeletionTimestamp == nil
		if !waits || n.begun[pod.Name] {
			continue
		}
		n.begun[pod.Name] = true
		n.pods.Go(func() {
			if err := n.pod(ctx, pod); err != nil {
				fmt.Fprintf(os.Stderr, "kubelet: pod %s: %v\n", pod.Name, err)
				os.Exit(1)
			}
		})
	}
	return nil
}

// pod runs a pod and tells the server how it ended.
func (n *node) pod(ctx context.Context, pod corev1.Pod) error {
	index := pod.Annotations["batch.kubernetes.io/job-completion-index"]
	attempt := pod.Annotations["batch.kubernetes.io/job-index-failure-count"]
	if attempt == "" {
		attempt = "0"
	}
	begun := metav1.Now()
	status, ok := n.statuses[index+":"+attempt]
	if !ok {
		var err error
		if status, err = n.execute(ctx, pod, index); err != nil {
			return err
		}
	}
	fmt.Printf("job %s, index %s, attempt %s: exit status %d\n", pod.Labels["job-name"], index, attempt, status)
	phase, reason := corev1.PodSucceeded, "Completed"
	if status != 0 {
		phase, reason = corev1.PodFailed, "Error"
	}
	container := pod.Spec.Containers[0]
	err := n.patch(ctx, namespace+"/pods/"+pod.Name+"/status", map[string]any{"status": corev1.PodStatus{
		Phase: phase, StartTime: &begun, ContainerStatuses: []corev1.ContainerStatus{{
			Name: container.Name, Image: container.Image, State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
				ExitCode: int32(status), Reason: reason, StartedAt: begun, FinishedAt: metav1.Now(),
			}},
		}},
	}})
	if isStatus(err, http.StatusNotFound) { // deleted meanwhile: a drained node
		return nil
	}
	return err
}

// execute runs the pod's command and returns its exit status.
func (n *node) execute(ctx context.Context, pod corev1.Pod, index string) (int, error) {
	if err := n.mount(ctx, pod); err != nil {
		return 0, err
	}
	container := pod.Spec.Containers[0]
	env := []string{"PATH=/bin"}
	var expand []string
	for _, e := range container.Env {
		value := e.Value
		if e.Name == "JOB_COMPLETION_INDEX" {
			value = index
		}
		env = append(env, e.Name+"="+value)
		expand = append(expand, "$("+e.Name+")", value)
	}
	var words []string
	for _, word := range container.Command {
		words = append(words, strings.NewReplacer(expand...).Replace(word))
	}
	command := &exec.Cmd{
		Path: "/bin/" + words[0], Args: words, Env: env, Dir: container.WorkingDir, Stderr: os.Stderr,
		SysProcAttr: &syscall.SysProcAttr{Chroot: n.root, Credential: &syscall.Credential{
			Uid: uint32(*pod.Spec.SecurityContext.RunAsUser), Gid: uint32(*pod.Spec.SecurityContext.RunAsGroup),
		}},
	}
	err := command.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		if s, ok := exit.Sys().(syscall.WaitStatus); ok && s.Signaled() {
			return 128 + int(s.Signal()), nil
		}
		return exit.ExitCode(), nil
	}
	return 0, err
}

// mount puts the files of the pod's ConfigMap where it mounts them.
func (n *node) mount(ctx context.Context, pod corev1.Pod) error {
	mounts := map[string]string{}
	for _, m := range pod.Spec.Containers[0].VolumeMounts {
		mounts[m.Name] = m.MountPath
	}
	for _, v := range pod.Spec.Volumes {
		if v.ConfigMap == nil {
			continue
		}
		var files corev1.ConfigMap
		if err := n.get(ctx, namespace+"/configmaps/"+v.ConfigMap.Name, &files); err != nil {
			return err
		}
		for _, item := range v.ConfigMap.Items {
			path := filepath.Join(n.root, mounts[v.Name], item.Path)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return err
			}
			if old, err := os.ReadFile(path); err == nil && string(old) == files.Data[item.Key] {
				continue // another pod reads it
			}
			if err := os.WriteFile(path, []byte(files.Data[item.Key]), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}
