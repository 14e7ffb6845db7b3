package main

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/k8s/labtest"
)

// scanLab runs a command of the binary against the lab as the user canopy.
func scanLab(t *testing.T, lab *labtest.Lab, args ...string) string {
	t.Helper()
	cmd := exec.Command(binary.path(t), append(args, "--kubeconfig", lab.Kubeconfig(labtest.Canopy))...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("canopy %v: %v: %s", args, err, stderr(err))
	}
	return string(out)
}

// auditEvent is what this test reads of an event of the audit log.
type auditEvent struct {
	Verb      string
	User      struct{ Username string }
	Reference struct{ Resource, Subresource string } `json:"objectRef"`
	URI       string                                 `json:"requestURI"`
	Agent     string                                 `json:"userAgent"`
}

// audited reads the events of a user since a place in the log.
func audited(t *testing.T, path string, from int64, user string) []auditEvent {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Seek(from, 0); err != nil {
		t.Fatal(err)
	}
	var list []auditEvent
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var e auditEvent
		// The last line may be half written.
		if json.Unmarshal(lines.Bytes(), &e) == nil && e.User.Username == user {
			list = append(list, e)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// TestAuditTrail asks the server what Canopy did: it reads, and asks what it may read, and nothing else.
func TestAuditTrail(t *testing.T) {
	lab := labtest.Shared(t)
	namespace := lab.Namespace(t)
	plantPrivileged(t, lab, namespace, "audited")
	info, err := os.Stat(lab.AuditLog())
	if err != nil {
		t.Fatal(err)
	}
	binary.path(t) // or the first figure would be that of the build
	start := time.Now()
	scanLab(t, lab, "scan", "-o", "json")
	t.Logf("scan: %s", time.Since(start))
	scanLab(t, lab, "access")
	scanLab(t, lab, "fix", "--all", "--preview")
	scanLab(t, lab, "capture", "--out", filepath.Join(t.TempDir(), "cluster.tar.gz"))
	screen := startTerminal(t, "--kubeconfig", lab.Kubeconfig(labtest.Canopy))
	screen.shows("canopy", "live ●")
	// What asks the server for one object more: a finding with its YAML, the change that ends it, and what it would do.
	screen.press(":finding PS01/apps/Deployment/" + namespace + "/audited\r")
	screen.shows("▌", "privileged: true")
	screen.press("f")
	screen.until("the difference", regexp.MustCompile(`│- +privileged: true`).MatchString)
	screen.press(escape, "w")
	screen.shows("closes", "1 finding")
	screen.quit()

	verbs := map[string]int{}
	for _, e := range audited(t, lab.AuditLog(), info.Size(), "canopy") {
		verbs[e.Verb]++
		switch {
		case slices.Contains([]string{"get", "list", "watch"}, e.Verb):
			if e.Reference.Subresource != "" {
				t.Errorf("%s of %s/%s", e.Verb, e.Reference.Resource, e.Reference.Subresource)
			}
		case e.Verb == "create" && strings.HasPrefix(e.Reference.Resource, "selfsubject") && strings.HasSuffix(e.Reference.Resource, "reviews"):
		default:
			t.Errorf("the server saw %s %s", e.Verb, e.URI)
		}
	}
	if verbs["list"]+verbs["watch"] == 0 || verbs["get"] == 0 {
		t.Errorf("the log shows nothing of the user: %v", verbs)
	}
	t.Logf("requests: %v", verbs)
}

// TestLiveCanaries plants values in a real cluster wherever secrets stand, and looks for them in all that Canopy writes.
func TestLiveCanaries(t *testing.T) {
	t.Parallel()
	lab := labtest.Shared(t)
	namespace, client := lab.Namespace(t), lab.Client(labtest.Admin)
	ctx := context.Background()
	const canary = "canary-7Qx9"
	applied := map[string]string{corev1.LastAppliedConfigAnnotation: `{"stringData":{"password":"` + canary + `"}}`}
	meta := metav1.ObjectMeta{Name: "leaky", Annotations: applied}
	if _, err := client.CoreV1().Secrets(namespace).Create(ctx, &corev1.Secret{ObjectMeta: meta, StringData: map[string]string{"password": canary}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.CoreV1().ConfigMaps(namespace).Create(ctx, &corev1.ConfigMap{ObjectMeta: meta, Data: map[string]string{"DB_PASSWORD": canary, "app.properties": "password=" + canary}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	d := privileged("leaky")
	d.Annotations = applied
	container := &d.Spec.Template.Spec.Containers[0]
	container.Env = []corev1.EnvVar{{Name: "DB_PASSWORD", Value: canary}}
	container.Args = []string{"--password=" + canary, "--api-key", canary}
	container.Command = []string{"leaky", "--token", canary}
	header := &corev1.HTTPGetAction{
		Port: intstr.FromInt32(80), Path: "/?token=" + canary, HTTPHeaders: []corev1.HTTPHeader{{Name: "Authorization", Value: "Bearer " + canary}},
	}
	script := &corev1.ExecAction{Command: []string{"check", "--password=" + canary}}
	container.LivenessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: header}}
	container.ReadinessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{Exec: script}}
	container.Lifecycle = &corev1.Lifecycle{PostStart: &corev1.LifecycleHandler{Exec: script}, PreStop: &corev1.LifecycleHandler{HTTPGet: header}}
	naked := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "naked", Annotations: applied}, Spec: *d.Spec.Template.Spec.DeepCopy()}
	if _, err := client.CoreV1().Pods(namespace).Create(ctx, naked, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.AppsV1().Deployments(namespace).Create(ctx, d, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}

	dir := t.TempDir()
	log, capture := filepath.Join(dir, "log"), filepath.Join(dir, "cluster.tar.gz")
	logged := []string{"--log-file", log, "--log-level", "debug"}
	written := map[string]string{}
	for _, format := range []string{"table", "wide", "json", "yaml", "sarif", "junit", "csv"} {
		written[format] = scanLab(t, lab, append([]string{"scan", "-o", format}, logged...)...)
		if !strings.Contains(written[format], "leaky") {
			t.Errorf("-o %s does not speak of the Deployment", format)
		}
	}
	var document struct {
		Report struct {
			Findings []struct {
				ID     string
				Object struct{ Namespace string }
			}
		}
	}
	if err := json.Unmarshal([]byte(written["json"]), &document); err != nil {
		t.Fatal(err)
	}
	for _, f := range document.Report.Findings {
		if f.Object.Namespace == namespace {
			written["fix "+f.ID] = scanLab(t, lab, append([]string{"fix", f.ID}, logged...)...)
		}
	}
	if written["fix PS28//Pod/"+namespace+"/naked"] == "" {
		t.Error("no finding is about the naked pod")
	}
	written["fix"] = scanLab(t, lab, append([]string{"fix", "--all", "-n", namespace}, logged...)...)
	scanLab(t, lab, append([]string{"capture", "--out", capture}, logged...)...)
	for name, text := range canaryScreens(t, namespace, append([]string{"--kubeconfig", lab.Kubeconfig(labtest.Canopy), "-n", namespace}, logged...)) {
		written[name] = text
	}
	for name, path := range map[string]string{"log": log, "capture": capture} {
		out, err := exec.Command("sh", "-c", `case $1 in *.gz) tar -xzOf "$1" ;; *) cat "$1" ;; esac`, "sh", path).Output()
		if err != nil {
			t.Fatal(err)
		}
		written[name] = string(out)
	}
	for name, text := range written {
		for _, bad := range []string{canary, "Y2FuYXJ5LTdReDk"} {
			if at := strings.Index(text, bad); at >= 0 {
				t.Errorf("%s holds a planted value: …%s…", name, text[max(0, at-120):min(len(text), at+40)])
			}
		}
	}
}
