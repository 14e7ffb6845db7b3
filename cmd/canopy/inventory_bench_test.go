package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"canopy/k8s/labtest"
)

// many calls f for each number below n, a few at once. A server that is busy refuses now and then: f is called again.
func many(b *testing.B, n int, f func(i int) error) {
	b.Helper()
	next := make(chan int)
	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			for i := range next {
				for try := 0; ; try++ {
					err := f(i)
					if err == nil {
						break
					}
					if try == 5 {
						b.Error(err)
						break
					}
					time.Sleep(time.Second)
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wait.Wait()
	if b.Failed() {
		b.FailNow()
	}
}

// atRest gives what a dashboard holds once it is at rest, in bytes that no file backs.
func atRest(b *testing.B, lab *labtest.Lab) usage {
	b.Helper()
	d := startDashboard(b, "", "--kubeconfig", lab.Kubeconfig(labtest.Canopy))
	d.live()
	time.Sleep(calm)
	u := d.usage()
	d.quit()
	return u
}

// BenchmarkSecrets measures what 10,000 Secrets of 32 KB cost a dashboard at a real API server.
func BenchmarkSecrets(b *testing.B) {
	benching(b)
	lab := labtest.Private(b)
	namespace, ctx := lab.Namespace(b), context.Background()
	before := atRest(b, lab)
	client := lab.Client(labtest.Admin).CoreV1().Secrets(namespace)
	value := []byte(strings.Repeat("EXAMPLE-", 4096))
	many(b, 10_000, func(i int) error {
		_, err := client.Create(ctx, &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("secret-%05d", i), Labels: map[string]string{"app": fmt.Sprint("app-", i%200)}},
			Data:       map[string][]byte{"value": value},
		}, metav1.CreateOptions{})
		return err
	})
	after := atRest(b, lab)
	b.ReportMetric((after.own-before.own)/megabyte, "MB-secrets")
	b.ReportMetric((after.peak-before.peak)/megabyte, "MB-peak")
	d := startDashboard(b, "", "--kubeconfig", lab.Kubeconfig(labtest.Canopy))
	d.live()
	start := time.Now()
	d.press("6")
	d.press("t")
	shown := d.until("the Secrets", deadline, func(s string) bool { return strings.Contains(s, "secret-00001") })
	b.ReportMetric(milliseconds(shown.Sub(start)), "ms-view")
	d.quit()
}

const (
	reportPods, reportDigests, reports = 5_000, 800, 5_000
	reportSize                         = 300_000
)

// BenchmarkImages measures 5,000 pods of 800 images with 5,000 reports of 300 KB at a real API server.
func BenchmarkImages(b *testing.B) {
	benching(b)
	lab := labtest.Private(b)
	namespace, ctx := lab.Namespace(b), context.Background()
	pods := lab.Client(labtest.Admin).CoreV1().Pods(namespace)
	many(b, reportPods, func(i int) error { return runPod(ctx, lab, namespace, fmt.Sprintf("pod-%04d", i), i%reportDigests) })
	before := atRest(b, lab)
	client, err := dynamic.NewForConfig(lab.Config(labtest.Admin))
	if err != nil {
		b.Fatal(err)
	}
	define(b, client)
	filler := strings.Repeat("A flaw in a library lets a remote attacker read what it should not. ", 8)
	var vulnerabilities []any
	for i := 0; len(vulnerabilities)*(len(filler)+320) < reportSize; i++ {
		vulnerabilities = append(vulnerabilities, map[string]any{
			"vulnerabilityID": fmt.Sprintf("CVE-2026-%05d", i), "resource": "libexample", "installedVersion": "1.2.3", "fixedVersion": "1.2.4", "severity": "HIGH",
			"title": "a flaw", "description": filler, "primaryLink": "https://example.com/CVE", "links": []any{}, "score": 7.5, "target": "", "class": "os-pkgs", "packageType": "debian",
		})
	}
	kind := schema.GroupVersionResource{Group: "aquasecurity.github.io", Version: "v1alpha1", Resource: "vulnerabilityreports"}
	now := time.Now().UTC().Format(time.RFC3339)
	many(b, reports, func(i int) error {
		u := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "aquasecurity.github.io/v1alpha1", "kind": "VulnerabilityReport",
			"metadata": map[string]any{"name": fmt.Sprintf("pod-%04d-c", i), "namespace": namespace, "labels": map[string]any{
				"trivy-operator.resource.kind": "Pod", "trivy-operator.resource.name": fmt.Sprintf("pod-%04d", i), "trivy-operator.resource.namespace": namespace, "trivy-operator.container.name": "c"}},
			"report": map[string]any{
				"updateTimestamp": now, "scanner": map[string]any{"name": "Trivy", "vendor": "Aqua Security", "version": "0.74.0"}, "registry": map[string]any{"server": "registry.example"},
				"artifact":        map[string]any{"repository": fmt.Sprint("app-", i%reportDigests), "tag": "1", "digest": digestNumber(i % reportDigests)},
				"summary":         map[string]any{"criticalCount": int64(1), "highCount": int64(2), "mediumCount": int64(3), "lowCount": int64(4), "unknownCount": int64(0), "noneCount": int64(0)},
				"vulnerabilities": vulnerabilities,
			},
		}}
		_, err := client.Resource(kind).Namespace(namespace).Create(ctx, u, metav1.CreateOptions{})
		return err
	})
	after := atRest(b, lab)
	b.ReportMetric((after.own-before.own)/megabyte, "MB-reports")
	b.ReportMetric(after.peak/megabyte, "MB-peak")
	d := startDashboard(b, "glow: false\n", "--kubeconfig", lab.Kubeconfig(labtest.Canopy))
	synced := d.live()
	b.ReportMetric(synced.Sub(d.started).Seconds(), "s-live")
	d.press("5")
	d.until("the images", deadline, func(s string) bool { return strings.Contains(s, "100%") || strings.Contains(s, "100 %") })
	b.ReportMetric(time.Since(synced).Seconds(), "s-view")
	d.press("/")
	d.press("app-9999")
	d.press("\r")
	time.Sleep(time.Second)
	var came []time.Duration
	for i := range 10 {
		name := fmt.Sprint("late-", i)
		shown := func(s string) bool {
			return onLine(s, "no evidence", "app-9999") || onLine(s, "no-evidence", "app-9999")
		}
		start := time.Now()
		if err := runPod(ctx, lab, namespace, name, 9999); err != nil {
			b.Fatal(err)
		}
		came = append(came, d.until("the verdict", deadline, shown).Sub(start))
		if err := pods.Delete(ctx, name, metav1.DeleteOptions{GracePeriodSeconds: new(int64)}); err != nil {
			b.Fatal(err)
		}
		d.until("no verdict", deadline, func(s string) bool { return !shown(s) })
	}
	d.quit()
	b.ReportMetric(milliseconds(quantile(came, 0.5)), "ms-verdict-p50")
	b.ReportMetric(milliseconds(quantile(came, 1)), "ms-verdict-max")
}

func digestNumber(n int) string { return "sha256:" + fmt.Sprintf("%064x", n+1) }

// runPod makes a pod that runs the image of a number.
func runPod(ctx context.Context, lab *labtest.Lab, namespace, name string, number int) error {
	pods := lab.Client(labtest.Admin).CoreV1().Pods(namespace)
	pod, err := pods.Create(ctx, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: corev1.PodSpec{
		NodeName: "node", Containers: []corev1.Container{{Name: "c", Image: fmt.Sprintf("registry.example/app-%d:1", number)}},
	}}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	started := metav1.Now()
	pod.Status = corev1.PodStatus{Phase: corev1.PodRunning, ContainerStatuses: []corev1.ContainerStatus{{
		Name: "c", Ready: true, Image: pod.Spec.Containers[0].Image, ImageID: fmt.Sprintf("registry.example/app-%d@", number) + digestNumber(number),
		State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: started}},
	}}}
	_, err = pods.UpdateStatus(ctx, pod, metav1.UpdateOptions{})
	return err
}

// define makes the API server serve the reports of trivy-operator.
func define(b *testing.B, client dynamic.Interface) {
	b.Helper()
	ctx := context.Background()
	var body map[string]any
	if err := json.Unmarshal([]byte(`{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"vulnerabilityreports.aquasecurity.github.io"},
"spec":{"group":"aquasecurity.github.io","scope":"Namespaced","names":{"kind":"VulnerabilityReport","plural":"vulnerabilityreports","singular":"vulnerabilityreport","listKind":"VulnerabilityReportList"},
"versions":[{"name":"v1alpha1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}`), &body); err != nil {
		b.Fatal(err)
	}
	definitions := client.Resource(schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"})
	if _, err := definitions.Create(ctx, &unstructured.Unstructured{Object: body}, metav1.CreateOptions{}); err != nil {
		b.Fatal(err)
	}
	kind := schema.GroupVersionResource{Group: "aquasecurity.github.io", Version: "v1alpha1", Resource: "vulnerabilityreports"}
	for end := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) {
		if _, err := client.Resource(kind).List(ctx, metav1.ListOptions{Limit: 1}); err == nil {
			return
		} else if time.Now().After(end) {
			b.Fatal(err)
		}
	}
}
