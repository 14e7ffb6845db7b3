package main

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/k8s/labtest"
	"canopy/ui/keys"
)

// TestFixOnTheScreen goes from a finding to its end on a real API server, and back, as a user who may do that and no more.
// What the server was asked stands in its audit log: nothing is written before the user has confirmed it.
func TestFixOnTheScreen(t *testing.T) {
	lab := labtest.Private(t, labtest.WithComponents("etcd", "apiserver", "controller-manager", "scheduler", "nodes"), labtest.WithNodes(1))
	t.Run("rehearsed", func(t *testing.T) {
		s := newFixScene(t, lab)
		screen := s.open(120, 40)
		screen.press("/", "rule:PS01 "+s.namespace, "\r")
		screen.shows("PS01", s.object())
		screen.press("\r")
		screen.shows("▌", "privileged: true")
		s.plan()

		screen.push("Dry-run")
		screen.shows("plan ›", "rung 5 of 7")
		screen.shows("✓ may I", " server dry-run", "✓ synthetic pod", "· applied")
		screen.shows("DIFFERENCE, BY THE SERVER")
		screen.until("the same difference", removed)
		s.rehearsed()

		// The button that is offered first does nothing.
		screen.push("Apply")
		screen.shows("WRITE 1 CHANGE", "in the cluster")
		screen.shows("[ Cancel ]", "Write 1 change to")
		screen.push("Cancel")
		screen.shows("nothing was written")
		screen.push("Apply")
		s.write()

		screen.push("Undo")
		s.takeBack()
		screen.quit()
	})
	t.Run("small", func(t *testing.T) {
		s := newFixScene(t, lab)
		screen := s.open(80, 24)
		screen.press(":finding PS01/apps/Deployment/" + s.namespace + "/app\r")
		screen.shows("findings ›", "PS01")
		s.plan()
		// Whoever has not tried it has it tried before being asked.
		screen.push("Apply")
		screen.shows("WRITE 1 CHANGE", "in the cluster")
		screen.says("synthetic pod passed")
		s.rehearsed()
		s.write()

		// What is only at hand as long as the program runs is told of before it goes.
		screen.press("q")
		screen.shows("the undo of 1 plan is in no file")
		screen.press(keyOf(t, keys.Undo))
		screen.shows("plan ›", "1 change to undo ")
		screen.push("Take back")
		s.takeBack()
		screen.quit()
	})
	t.Run("what if", func(t *testing.T) { whatIfOfFile(t, lab) })
}

// removed tells that the screen shows the privilege as a line that goes.
func removed(screen string) bool {
	return regexp.MustCompile(`(?m)(^|│)- +privileged: true`).MatchString(screen)
}

// plan goes from the finding to its plan.
func (s *fixScene) plan() {
	s.t.Helper()
	s.screen.press(keyOf(s.t, keys.Fix))
	s.screen.shows("plan ›", "1 change for 1 finding", "rung 2 of 7")
	s.screen.shows("✓ parsed", "✓ what-if", "· may I", "· applied")
	s.screen.shows("DIFFERENCE, WORKED OUT HERE")
	s.screen.until("the difference", removed)
	if writes := s.writes(); len(writes) > 0 {
		s.t.Errorf("the plan alone has sent %v", writes)
	}
}

// write confirms the plan that is asked about, and looks what has come of it: on the screen and on the server.
func (s *fixScene) write() {
	s.t.Helper()
	before := s.pods()
	s.screen.shows("WRITE 1 CHANGE", "in the cluster")
	for _, w := range s.writes() {
		if !w.rehearsal {
			s.t.Errorf("written before it was confirmed: %s", w)
		}
	}
	s.screen.push("Write 1 change to")
	s.screen.shows("plan ›", "rung 7 of 7")
	s.screen.shows("✓ applied", "✓ verified")
	s.screen.shows("DONE", "1 change written to")
	s.screen.shows("1 ✓ patch " + s.object())
	s.screen.shows("proof", "ended")
	s.screen.shows("[ Close ]", "Undo")
	if d := s.deployment(); privilegedIn(d) {
		s.t.Errorf("the field is still there: %+v", d.Spec.Template.Spec.Containers[0].SecurityContext)
	}
	s.replaced(before, false)
	s.wrote(1)
}

// takeBack confirms that what was written is taken back, and looks that it is.
func (s *fixScene) takeBack() {
	s.t.Helper()
	before := s.pods()
	s.screen.shows("TAKE BACK WHAT WAS DONE AT", "1 step")
	s.wrote(1)
	s.screen.push("Take back 1 change in")
	s.screen.shows("TAKEN BACK")
	s.screen.says("the objects are as they were before")
	if d := s.deployment(); !reflect.DeepEqual(d.Spec, s.before.Spec) || !reflect.DeepEqual(d.Labels, s.before.Labels) || !reflect.DeepEqual(annotated(d), annotated(s.before)) {
		s.t.Errorf("the object is\n%+v\n%v\nand was\n%+v\n%v", d.Spec, d.Annotations, s.before.Spec, s.before.Annotations)
	}
	s.replaced(before, true)
	s.wrote(2)
	// The finding is back with the flaw.
	s.screen.press(":finding PS01/apps/Deployment/" + s.namespace + "/app\r")
	s.screen.shows("findings ›", "PS01")
}

// annotated gives the annotations that are no account of a rollout.
func annotated(d *appsv1.Deployment) map[string]string {
	kept := map[string]string{}
	for name, value := range d.Annotations {
		if name != "deployment.kubernetes.io/revision" {
			kept[name] = value
		}
	}
	return kept
}

// whatIfOfFile asks what would be different if a file were applied: nothing is written, and nothing rehearsed.
func whatIfOfFile(t *testing.T, lab *labtest.Lab) {
	s := newFixScene(t, lab)
	folder := t.TempDir()
	text := `apiVersion: v1
kind: ConfigMap
metadata:
  name: fresh
data:
  a: b
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  template:
    spec:
      hostNetwork: true
`
	text = strings.ReplaceAll(text, "metadata:\n", "metadata:\n  namespace: "+s.namespace+"\n")
	if err := os.WriteFile(filepath.Join(folder, "shop.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.folder = folder
	screen := s.open(120, 40)
	screen.press(keyOf(t, keys.Propose))
	screen.shows("what if I applied: ")
	// A name that is mistyped is asked for again.
	screen.press("shap.yaml\r")
	screen.shows("what if I applied: ", "shap.yaml", "no such file")
	screen.press("\x15shop.yaml\r")
	screen.shows("plan ›", "2 changes of shop.yaml", "rung 2 of 7")
	screen.shows("· create " + s.namespace + "/ConfigMap/fresh")
	screen.shows("· patch " + s.object())
	screen.shows("opens", "finding")
	screen.says("PS04 ")
	screen.shows("nothing is sent before Dry-run")
	screen.press(escape)
	screen.lacks("plan ›")
	if writes := s.writes(); len(writes) > 0 {
		t.Errorf("a question has sent %v", writes)
	}
	if d := s.deployment(); d.Generation != s.before.Generation || !reflect.DeepEqual(d.Spec, s.before.Spec) {
		t.Errorf("the object has changed: %+v", d.Spec)
	}
	if _, err := lab.Client(labtest.Admin).CoreV1().ConfigMaps(s.namespace).Get(t.Context(), "fresh", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Errorf("the new object: %v", err)
	}
	screen.quit()
}
