package command

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/k8s/labtest"
	"canopy/model"
)

// onServer runs a command line against a real API server, as a user.
func onServer(t *testing.T, lab *labtest.Lab, user, answer string, args ...string) result {
	t.Helper()
	var out, told bytes.Buffer
	code := Run(t.Context(), append(args, "--kubeconfig", lab.Kubeconfig(user)), Streams{In: strings.NewReader(answer), Out: &out, Err: &told, Ask: answer != ""})
	return result{code, out.String(), told.String()}
}

// TestFixOnAServer goes the whole way on a real API server: tried, applied, the finding gone, taken back, the finding there again.
func TestFixOnAServer(t *testing.T) {
	lab := labtest.Shared(t)
	namespace := lab.Namespace(t)
	deployments := lab.Client(labtest.Admin).AppsV1().Deployments(namespace)
	privileged, replicas, labels := true, int32(2), map[string]string{"app": "web"}
	web := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{Containers: []corev1.Container{{
					Name: "c", Image: "registry.example/web:1", SecurityContext: &corev1.SecurityContext{Privileged: &privileged},
				}}},
			},
		},
	}
	if _, err := deployments.Create(t.Context(), web, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	isPrivileged := func() bool {
		t.Helper()
		d, err := deployments.Get(t.Context(), "web", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		s := d.Spec.Template.Spec.Containers[0].SecurityContext
		return s != nil && s.Privileged != nil && *s.Privileged
	}
	id := "PS01/apps/Deployment/" + namespace + "/web"
	undo, redo := filepath.Join(t.TempDir(), "undo.yaml"), filepath.Join(t.TempDir(), "redo.yaml")

	r := onServer(t, lab, labtest.Admin, "", "fix", id, "--dry-run=server", "--preview", "-o", "json")
	var tried Rehearsal
	if err := json.Unmarshal([]byte(r.out), &tried); err != nil || r.code != 0 || tried.Rung != int(model.RungSyntheticPod) || len(tried.Closed) != 1 || len(tried.Checks) < 3 {
		t.Fatalf("%v: %d: %s%s", err, r.code, r.out, r.err)
	}
	r = onServer(t, lab, labtest.Canopy, "", "fix", id, "--dry-run=server")
	if r.code != 1 || !strings.Contains(r.out, "may I") || !strings.Contains(r.out, "failed") || !strings.Contains(r.out, "rung 1 of 7") && !strings.Contains(r.out, "rung 2 of 7") {
		t.Errorf("who may not: %d: %s%s", r.code, r.out, r.err)
	}
	r = onServer(t, lab, labtest.Canopy, "", "fix", id, "--apply", "--yes", "--undo", undo)
	if r.code != 1 || !strings.Contains(r.err, "nothing was written") {
		t.Errorf("who may not: %d: %s%s", r.code, r.out, r.err)
	}
	if r := onServer(t, lab, labtest.Admin, "no\n", "fix", id, "--apply", "--undo", undo); r.code != 1 || !strings.Contains(r.err, "apply 1 change to ") {
		t.Errorf("not confirmed: %d: %s%s", r.code, r.out, r.err)
	}
	if !isPrivileged() {
		t.Fatal("something was written before it was confirmed")
	}

	r = onServer(t, lab, labtest.Admin, "", "fix", id, "--apply", "--yes", "--undo", undo, "-o", "json")
	var done Outcome
	if err := json.Unmarshal([]byte(r.out), &done); err != nil || r.code != 0 || done.Undo == nil || len(done.Closed) == 0 || len(done.Remaining) > 0 || done.Rung != int(model.RungVerified) {
		t.Fatalf("%v: %d: %s%s", err, r.code, r.out, r.err)
	}
	if isPrivileged() {
		t.Error("the container is privileged still")
	}
	if r := onServer(t, lab, labtest.Admin, "", "fix", id); r.code != 2 || !strings.Contains(r.err, "no such finding") {
		t.Errorf("the finding goes on: %d: %s", r.code, r.err)
	}

	if r := onServer(t, lab, labtest.Admin, "", "undo", undo, "--yes", "--undo", redo); r.code != 0 || !strings.Contains(r.out, "1 of 1 steps done") {
		t.Fatalf("%d: %s%s", r.code, r.out, r.err)
	}
	if !isPrivileged() {
		t.Error("it was not taken back")
	}
	if r := onServer(t, lab, labtest.Admin, "", "fix", id); r.code != 0 {
		t.Errorf("the finding is not back: %s", r.err)
	}
	if r := onServer(t, lab, labtest.Admin, "", "undo", undo, "--yes"); r.code != 1 || !strings.Contains(r.err, "nothing was written") {
		t.Errorf("taken back twice: %d: %s%s", r.code, r.out, r.err)
	}
	if r := onServer(t, lab, labtest.Admin, "yes\n", "undo", redo, "--undo", undo+".2"); r.code != 0 || isPrivileged() {
		t.Errorf("done again: %d: %s%s", r.code, r.out, r.err)
	}
}

// TestWhatIfOnAServer asks a real API server about manifests that nobody has applied.
func TestWhatIfOnAServer(t *testing.T) {
	lab := labtest.Shared(t)
	namespace := lab.Namespace(t)
	path := file(t, "bare.yaml", strings.Replace(bare, ", namespace: shop", "", 1))
	r := onServer(t, lab, labtest.Admin, "", "what-if", path, "-n", namespace, "--dry-run=server", "-o", "json")
	if r.code != 0 || !strings.Contains(r.out, "PS01/apps/Deployment/"+namespace+"/bare") || !strings.Contains(r.out, `"name": "server dry-run"`) {
		t.Errorf("%d: %s%s", r.code, r.out, r.err)
	}
	if _, err := lab.Client(labtest.Admin).AppsV1().Deployments(namespace).Get(t.Context(), "bare", metav1.GetOptions{}); err == nil {
		t.Error("it was made")
	}
}
