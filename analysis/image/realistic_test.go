package image

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model/cluster"
)

// town draws a cluster in the shape of the lab's realistic load: Deployments with present ReplicaSets, StatefulSets, DaemonSets, and
// CronJobs with three pods that have ended; three containers each, on a hundredth as many nodes as pods, which list forty images each.
type town struct {
	*rand.Rand
	w          *court
	apps, pods int
	want       int
	nodes      int
	// images is how many there are; with none each container has its own.
	images int
}

// realistic fills a cluster with so many pods.
func realistic(w *court, pods, images int) {
	g := &town{Rand: rand.New(rand.NewPCG(1, 2)), w: w, want: pods, nodes: pods / 100, images: images}
	for i := range g.nodes {
		var lines []string
		for range 40 {
			lines = append(lines, "registry.example/listed@"+g.sum())
		}
		w.put(node(fmt.Sprint("worker-", i), "amd64", "containerd://2.2.1", lines...))
	}
	for range pods / 1000 {
		g.app("DaemonSet", g.nodes)
	}
	for g.pods < pods {
		switch draw := g.IntN(100); {
		case draw < 12:
			g.app("CronJob", 3)
		case draw < 25:
			g.app("StatefulSet", 1+g.IntN(5))
		default:
			g.app("Deployment", []int{1, 2, 2, 3, 3, 3, 4, 5, 6, 8, 12}[g.IntN(11)])
		}
	}
}

func (g *town) sum() string {
	return fmt.Sprintf("sha256:%016x%016x%016x%016x", g.Uint64(), g.Uint64(), g.Uint64(), g.Uint64())
}

// image draws a reference and what the runtime reports.
func (g *town) image(ns, name, container string) (image, id string) {
	digest := g.sum()
	draw := g.IntN(1000)
	if g.images > 0 {
		draw = g.IntN(g.images)
		ns, name, container, digest = "base", "shared", fmt.Sprint(draw), fmt.Sprintf("sha256:%064x", draw)
	}
	repository := "registry.example/" + ns + "/" + name + "-" + container
	switch draw % 100 {
	case 0, 1, 2, 3, 4:
		return repository + ":latest", repository + "@" + digest
	}
	if draw%3 == 0 {
		return repository + "@" + digest, repository + "@" + digest
	}
	return fmt.Sprintf("%s:1.%d.%d", repository, draw%40, draw%10), repository + "@" + digest
}

// app makes a workload with its pods.
func (g *town) app(kind string, pods int) {
	g.apps++
	ns := fmt.Sprint("team-", g.IntN(max(4, g.want/200)))
	name := fmt.Sprintf("blue-ledger-%d", g.apps)
	spec := corev1.PodSpec{ServiceAccountName: name}
	var states []corev1.ContainerStatus
	for _, container := range []string{"app", "proxy", "log-agent"} {
		image, id := g.image(ns, name, container)
		spec.Containers = append(spec.Containers, corev1.Container{Name: container, Image: image, ImagePullPolicy: corev1.PullIfNotPresent, Env: []corev1.EnvVar{{Name: "SETTING", Value: name}}})
		states = append(states, corev1.ContainerStatus{Name: container, ImageID: id, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.Time{Time: now}}}})
	}
	template := corev1.PodTemplateSpec{Spec: spec}
	meta := metav1.ObjectMeta{Namespace: ns, Name: name}
	controller, api, phase := name, "apps/v1", corev1.PodRunning
	switch kind {
	case "Deployment":
		controller += "-5d4f8c7b9"
		set := &appsv1.ReplicaSet{ObjectMeta: owned(ns, controller, "apps/v1", "Deployment", name), Spec: appsv1.ReplicaSetSpec{Template: template}}
		set.Status.Replicas = int32(pods)
		g.w.put(&appsv1.Deployment{ObjectMeta: meta, Spec: appsv1.DeploymentSpec{Template: template}}, set)
		kind = "ReplicaSet"
	case "StatefulSet":
		g.w.put(&appsv1.StatefulSet{ObjectMeta: meta, Spec: appsv1.StatefulSetSpec{Template: template}})
	case "DaemonSet":
		g.w.put(&appsv1.DaemonSet{ObjectMeta: meta, Spec: appsv1.DaemonSetSpec{Template: template}})
	case "CronJob":
		kind, api, phase = "Job", "batch/v1", corev1.PodSucceeded
		g.w.put(&batchv1.CronJob{ObjectMeta: meta, Spec: batchv1.CronJobSpec{JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: template}}}})
	}
	for i := range pods {
		if kind == "Job" {
			controller = fmt.Sprintf("%s-%d", name, 29380000+i*1440)
			g.w.put(&batchv1.Job{ObjectMeta: owned(ns, controller, api, "CronJob", name), Spec: batchv1.JobSpec{Template: template}})
		}
		p := &corev1.Pod{ObjectMeta: owned(ns, fmt.Sprintf("%s-%05x", controller, g.IntN(1<<20)), api, kind, controller), Spec: *spec.DeepCopy()}
		p.CreationTimestamp = metav1.Time{Time: now.Add(-time.Hour)}
		specified(p, now.Add(-time.Hour))
		p.Labels = map[string]string{"app": name}
		p.Spec.NodeName = fmt.Sprint("worker-", g.IntN(g.nodes))
		p.Status = corev1.PodStatus{Phase: phase, ContainerStatuses: states}
		g.w.put(p)
		g.pods++
	}
}

// BenchmarkRealistic builds the analyser of 10,000 realistic pods, once with images of their own and once with 800 in all, and tells
// the heap that it takes beyond the records, with and without the findings.
func BenchmarkRealistic(b *testing.B) {
	for _, images := range []int{0, 800} {
		b.Run(fmt.Sprintf("images=%d", images), func(b *testing.B) {
			w := newCourt(b, Options{})
			realistic(w, 10_000, images)
			w.a, w.found = nil, nil
			for b.Loop() {
				b.StopTimer()
				before := heapBytes()
				fresh := newCourt(b, Options{})
				fresh.c = w.c
				b.StartTimer()
				fill(fresh)
				b.StopTimer()
				b.ReportMetric(float64(heapBytes()-before)/1e6, "MB")
				b.ReportMetric(float64(len(fresh.found)), "findings")
				b.ReportMetric(float64(len(fresh.a.Images(nil))), "images")
				runtime.KeepAlive(fresh)
				b.StartTimer()
			}
		})
	}
}

// fill has an analyser read the cluster at once.
func fill(w *court) {
	for _, gk := range w.c.Kinds() {
		for rec := range w.c.All(gk) {
			w.a.Update(w.c, cluster.Delta{Ref: rec.Ref(), New: rec})
		}
	}
	w.flush()
}
