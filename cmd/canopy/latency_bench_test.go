package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/k8s/labtest"
)

// benchKey measures from a key to the first byte that it draws.
func benchKey(b *testing.B, lab *labtest.Lab) {
	benching(b)
	d := startDashboard(b, listing, "--kubeconfig", lab.Kubeconfig(labtest.Canopy))
	d.live()
	time.Sleep(5 * time.Second)
	var took []time.Duration
	for i := range 300 {
		// Every one of these moves the cursor, so that something is drawn.
		t := d.press([]string{"j", "G", "k", "g", "\x1b[6~", "\x1b[5~"}[i%6])
		if t == 0 {
			b.Fatalf("key %d draws nothing:\n%s", i, d.emulator.String())
		}
		took = append(took, t)
		time.Sleep(25 * time.Millisecond)
	}
	d.quit()
	b.ReportMetric(milliseconds(quantile(took, 0.5)), "ms-p50")
	b.ReportMetric(milliseconds(quantile(took, 0.99)), "ms-p99")
}

// benchPolicy measures from the moment at which a client has its answer to the moment at which the cell of two namespaces has
// turned: a policy that isolates a pod is made, and deleted.
func benchPolicy(b *testing.B, lab *labtest.Lab) {
	benching(b)
	from, to, ctx := lab.Namespace(b), lab.Namespace(b), context.Background()
	admin := lab.Client(labtest.Admin)
	for _, namespace := range []string{from, to} {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web"}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "registry.example/web:1"}}}}
		if _, err := admin.CoreV1().Pods(namespace).Create(ctx, pod, metav1.CreateOptions{}); err != nil {
			b.Fatal(err)
		}
	}
	d := startDashboard(b, listing, "--kubeconfig", lab.Kubeconfig(labtest.Canopy))
	d.live()
	for _, key := range []string{"4", "/", "from:" + from + " to:" + to, "\r", "j", "l"} {
		d.press(key)
	}
	open := func(screen string) bool {
		return strings.Contains(strings.Join(strings.Fields(screen), " "), "all: 1 of 1 pair")
	}
	d.until("the open cell", deadline, open)
	policies := admin.NetworkingV1().NetworkPolicies(to)
	var turned []time.Duration
	for range 20 {
		start := time.Now()
		deny := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: "deny"}, Spec: networkingv1.NetworkPolicySpec{PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}}}
		if _, err := policies.Create(ctx, deny, metav1.CreateOptions{}); err != nil {
			b.Fatal(err)
		}
		turned = append(turned, d.until("the closed cell", deadline, func(s string) bool { return !open(s) }).Sub(start))
		time.Sleep(200 * time.Millisecond)
		start = time.Now()
		if err := policies.Delete(ctx, "deny", metav1.DeleteOptions{}); err != nil {
			b.Fatal(err)
		}
		turned = append(turned, d.until("the open cell", deadline, open).Sub(start))
		time.Sleep(200 * time.Millisecond)
	}
	d.quit()
	b.ReportMetric(milliseconds(quantile(turned, 0.5)), "ms-turn-p50")
	b.ReportMetric(milliseconds(quantile(turned, 1)), "ms-turn-max")
}

// benchFinding measures from the moment at which a client has its answer to the moment at which the screen shows it: a
// privileged Deployment that is made, and one that is deleted.
func benchFinding(b *testing.B, lab *labtest.Lab) {
	benching(b)
	namespace, ctx := lab.Namespace(b), context.Background()
	deployments := lab.Client(labtest.Admin).AppsV1().Deployments(namespace)
	d := startDashboard(b, listing, "--kubeconfig", lab.Kubeconfig(labtest.Canopy))
	d.live()
	d.press("/")
	d.press("ns:" + namespace + " rule:PS01")
	d.press("\r")
	time.Sleep(2 * time.Second)
	var came, went []time.Duration
	for i := range 20 {
		name := fmt.Sprint("bench-", i)
		shown := func(screen string) bool { return onLine(screen, "PS01", namespace+"/Deployment/"+name) }
		start := time.Now()
		if _, err := deployments.Create(ctx, privileged(name), metav1.CreateOptions{}); err != nil {
			b.Fatal(err)
		}
		came = append(came, d.until("the finding", deadline, shown).Sub(start))
		time.Sleep(200 * time.Millisecond)
		start = time.Now()
		if err := deployments.Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
			b.Fatal(err)
		}
		went = append(went, d.until("no finding", deadline, func(s string) bool { return !shown(s) }).Sub(start))
		time.Sleep(200 * time.Millisecond)
	}
	d.quit()
	b.ReportMetric(milliseconds(quantile(came, 0.5)), "ms-come-p50")
	b.ReportMetric(milliseconds(quantile(came, 1)), "ms-come-max")
	b.ReportMetric(milliseconds(quantile(went, 0.5)), "ms-go-p50")
	b.ReportMetric(milliseconds(quantile(went, 1)), "ms-go-max")
}

// benchChurn measures what a busy cluster costs, decoding and drawing included: pods that turn ready or not or are
// replaced, labels and images that change.
func benchChurn(b *testing.B, lab *labtest.Lab) {
	benching(b)
	d := startDashboard(b, listing, "--kubeconfig", lab.Kubeconfig(labtest.Canopy))
	d.live()
	time.Sleep(10 * time.Second)
	before, drawn := d.usage(), d.drawn.Load()
	var churn struct{ Changes, Seconds, Rate float64 }
	labCommand(b, lab, &churn, "load", "--churn", "500", "--duration", "20s")
	time.Sleep(time.Second)
	after := d.usage()
	d.quit()
	cpu := (after.cpu - before.cpu).Seconds()
	b.ReportMetric(churn.Rate, "changes/s")
	b.ReportMetric(1e6*cpu/churn.Changes, "µs-cpu/change")
	b.ReportMetric(100*cpu/churn.Seconds, "%-core")
	b.ReportMetric(float64(d.drawn.Load()-drawn)/churn.Seconds, "B-drawn/s")
	b.ReportMetric(after.resident/megabyte, "MB-resident")
}
