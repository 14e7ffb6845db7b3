package detail_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/detail"
	"canopy/ui/view/viewtest"
)

// watched is a session that counts what objects it is asked for, and may refuse them.
type watched struct {
	*viewtest.Session
	asked  []model.Ref
	refuse error
	file   string
	events []model.Event
}

func (w *watched) Object(ctx context.Context, ref model.Ref) (*unstructured.Unstructured, error) {
	w.asked = append(w.asked, ref)
	if w.refuse != nil {
		return nil, w.refuse
	}
	return w.Session.Object(ctx, ref)
}

func (w *watched) Locate(_ model.Ref, path string) (string, int, bool) {
	return w.file, len(path), w.file != ""
}

func (w *watched) Events(ref model.Ref) []model.Event {
	if w.events != nil {
		return w.events
	}
	return w.Session.Events(ref)
}

func watch(t testing.TB) (*watched, *view.Shared) {
	w := &watched{Session: viewtest.Cluster(t)}
	shared := w.Shared()
	shared.Session = w
	return w, shared
}

// pod is debug-x9 with changes.
func pod(t testing.TB, from, to string) *unstructured.Unstructured {
	text := `
apiVersion: v1
kind: Pod
metadata: {name: debug-x9, namespace: data, uid: pod-debug, creationTimestamp: "2026-11-02T16:40:00Z", resourceVersion: "7"}
spec:
  nodeName: n2
  hostPID: true
  containers:
  - {name: shell, image: "busybox:latest", command: [sleep, infinity]}
status: {phase: Running}
`
	if !strings.Contains(text, from) {
		t.Fatalf("%q is not in the pod", from)
	}
	return viewtest.Objects(t, []byte(strings.Replace(text, from, to, 1)))[0]
}

func (d *driver) show(s *viewtest.Session) { d.run(d.screen.Show(s.Snapshot())) }

func TestFindingEndsAndComesBack(t *testing.T) {
	w, shared := watch(t)
	d := open(t, w.Session, detail.New(shared, "PS02//Pod/data/debug-x9"), 120, 50)
	d.has("holds since 2026-11-02 16:40", "spec.hostPID = true", "▌   hostPID: true", "none: the pod stands for itself", "1 pod on n2")
	d.lacks("no longer holds")
	if f := d.screen.Subject().Finding(); f == nil || f.Rule.ID != "PS02" {
		t.Errorf("the subject is %+v", d.screen.Subject())
	}
	w.Apply(pod(t, "hostPID: true", "hostPID: false"))
	d.show(w.Session)
	d.has("no longer holds since 14:00:00", "spec.hostPID = true", "    hostPID: false", "Secrets are read from")
	d.lacks("▌")
	if s := d.screen.Subject(); len(s.Findings) != 0 || s.Object != ref("data/Pod/debug-x9") {
		t.Errorf("the subject is %+v", s)
	}
	if !strings.Contains(d.screen.View(), shared.Theme.Faint.Render("spec.hostPID")) {
		t.Error("what has ended is not faint")
	}
	w.Apply(pod(t, "nodeName: n2", "nodeName: n2"))
	d.show(w.Session)
	d.has("▌   hostPID: true", "holds since")
	d.lacks("no longer holds")
}

func TestFindingThatNeverHeld(t *testing.T) {
	w, shared := watch(t)
	d := open(t, w.Session, detail.New(shared, "PS01/apps/Deployment/shop/web"), 120, 40)
	d.has("does not hold as of 14:00:00", "A privileged container has every capability", "kind: Deployment", "Deployment web → ReplicaSet web-7d9f → 2 pods")
	if len(d.screen.Subject().Findings) != 0 {
		t.Error("a finding that does not hold can be fixed")
	}
	d.do(keys.Explain)
	if want := (view.Go{Place: view.Place{Screen: view.Explain, Rule: "PS01"}}); len(d.sent) != 1 || d.sent[0] != want {
		t.Errorf("sent %v", d.sent)
	}
	// Before all was read nothing is said for sure.
	early := viewtest.New(t)
	for _, k := range model.Kinds() {
		early.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Loading})
	}
	early.Apply()
	d = open(t, early, detail.New(early.Shared(), critical), 80, 30)
	d.has("not found so far: still loading")
	d = open(t, w.Session, detail.New(shared, "\x1b[31mnonsense"), 80, 30)
	d.has("There is no finding ?nonsense.", "no rule has the id ?nonsense", "PS01/shop/Deployment/web")
	if strings.Contains(d.screen.View(), "\x1b[31mnon") {
		t.Error("an id is drawn raw")
	}
}

func TestObjectIsFetchedOnceUntilItChanges(t *testing.T) {
	w, shared := watch(t)
	d := open(t, w.Session, detail.New(shared, "PS02//Pod/data/debug-x9"), 120, 40)
	for range 3 {
		d.show(w.Session)
	}
	w.Delete(ref("shop/Pod/web-7d9f-fghij"))
	d.show(w.Session)
	if len(w.asked) != 1 {
		t.Errorf("asked for %v", w.asked)
	}
	w.Apply(pod(t, "busybox:latest", "busybox:1.37"))
	d.show(w.Session)
	d.has("busybox:1.37")
	if len(w.asked) != 2 {
		t.Errorf("asked for %v", w.asked)
	}
	// What changes the version alone is fetched too: a label, say.
	w.Apply(pod(t, `resourceVersion: "7"`, `resourceVersion: "8", labels: {new: label}`))
	d.show(w.Session)
	d.has("new: label")
	if len(w.asked) != 3 {
		t.Errorf("asked for %v", w.asked)
	}
}

func TestWindowStaysWhereItIs(t *testing.T) {
	w, shared := watch(t)
	d := open(t, w.Session, detail.New(shared, "PS02//Pod/data/debug-x9"), 120, 8)
	d.has("▌   hostPID: true")
	d.do(keys.NextPane, keys.First)
	d.lacks("hostPID: true")
	before, _, _ := strings.Cut(d.screen.Position(), " ")
	w.Apply(pod(t, "busybox:latest", "busybox:1.37"))
	d.show(w.Session)
	if got := d.screen.Position(); !strings.HasPrefix(got, before+" ") {
		t.Errorf("the window went from %s to %s", before, got)
	}
}

func TestObjectThatCannotBeHad(t *testing.T) {
	w, shared := watch(t)
	w.refuse = apierrors.NewForbidden(schema.GroupResource{Resource: "daemonsets"}, "backup-helper", errors.New("no \x1b[31mget"))
	d := open(t, w.Session, detail.New(shared, critical), 120, 40)
	d.has("no YAML: not permitted: daemonsets", "?get", "ctrl+l tries again", "Path of the node")
	if strings.Contains(d.screen.View(), "\x1b[31mget") {
		t.Error("the text of an error is drawn raw")
	}
	d.show(w.Session)
	if len(w.asked) != 1 {
		t.Errorf("asked %d times", len(w.asked))
	}
	w.refuse = nil
	d.do(keys.Redraw)
	d.has("▌           path: /")
	// YAML tries again as well.
	w.refuse = context.DeadlineExceeded
	d = open(t, w.Session, detail.New(shared, critical), 120, 40)
	d.has("no answer in time")
	w.refuse = nil
	d.do(keys.YAML)
	d.has("▌           path: /")
}

func TestObjectGoes(t *testing.T) {
	w, shared := watch(t)
	d := open(t, w.Session, detail.NewObject(shared, ref("data/Pod/debug-x9")), 120, 40)
	d.has("Pod debug-x9 in namespace data", "created 2026-11-02 16:40", "PS02 Node's process namespace shared", "▌   hostPID: true  # PS02")
	w.Delete(ref("data/Pod/debug-x9"))
	d.show(w.Session)
	d.has("gone since 14:00:00; this is how it was last seen", "PS02 Node's process namespace shared", "hostPID: true", "gone: the cluster does not hold")
	d.lacks("▌")
	if n := len(d.screen.Subject().Findings); n != 0 {
		t.Errorf("%d findings of what is gone", n)
	}
	w.Apply(pod(t, "nodeName: n2", "nodeName: n1"))
	d.show(w.Session)
	d.has("nodeName: n1", "▌   hostPID: true  # PS02")
	d.lacks("gone since", "gone:")
}

func TestEvidenceInAPod(t *testing.T) {
	w, shared := watch(t)
	w.Apply(viewtest.Objects(t, []byte(`
apiVersion: v1
kind: Pod
metadata: {name: web-7d9f-zzzzz, namespace: shop, uid: pod-web-3, labels: {app: web}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-7d9f, uid: rs-web, controller: true}]}
spec:
  nodeName: n1
  hostNetwork: true
  containers: [{name: web, image: "registry.example/shop/web:1.4"}]
status: {phase: Running}
`))...)
	d := open(t, w.Session, detail.New(shared, "PS04/apps/Deployment/shop/web"), 120, 50)
	d.has("in Pod web-7d9f-zzzzz, not in Deployment web:", "spec.hostNetwork = true", "YAML of shop/Pod/web-7d9f-zzzzz", "▌   hostNetwork: true", "in 1 running pod", "3 pods on n1,")
	// All findings of that pod are those of its owner, marked where they are in the pod.
	d = open(t, w.Session, detail.NewObject(shared, ref("shop/Pod/web-7d9f-zzzzz")), 120, 50)
	d.has("It is judged with its owner.", "findings, 1 not decided on Deployment web", "▌   hostNetwork: true  # PS04")
	// No policy can concern this one, which is on the network of its node: what they leave open is not found in it.
	d.has("NW01 Anybody may connect")
	d.lacks("# NW01", "NW02 not set", "▌     app: web")
	d.do(keys.Owner)
	if want := (view.Go{Place: view.Place{Screen: view.Detail, Object: ref("shop/Deployment/web")}}); len(d.sent) != 1 || d.sent[0] != want {
		t.Errorf("sent %v", d.sent)
	}
}

func TestRolloutShowsBothReplicaSets(t *testing.T) {
	w, shared := watch(t)
	w.Apply(viewtest.Objects(t, []byte(`
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web-new, namespace: shop, uid: rs-new, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: deploy-web, controller: true}]}
spec: {replicas: 1, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: newer}]}}}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web-old, namespace: shop, uid: rs-old, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: deploy-web, controller: true}]}
spec: {replicas: 0, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: older}]}}}
---
apiVersion: v1
kind: Pod
metadata: {name: web-new-1, namespace: shop, uid: pod-new, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-new, uid: rs-new, controller: true}]}
spec: {containers: [{name: web, image: newer}]}
status: {phase: Pending}
`))...)
	d := open(t, w.Session, detail.New(shared, "PS10/apps/Deployment/shop/web"), 120, 60)
	d.has("OWNER   Deployment web ", "├ ReplicaSet web-7d9f → 2 pods on n1, n2", "└ ReplicaSet web-new → 1 pod, 1 waiting for a node", "1 older owner between them without pods", "web-new-1, waiting for a node", "in 3 pods, 2 of", "them running")
}

func TestActions(t *testing.T) {
	w, shared := watch(t)
	d := open(t, w.Session, detail.New(shared, critical), 80, 12)
	if got := d.screen.Subject(); len(got.Names) != 1 || got.Names[0] != "data/DaemonSet/backup-helper" || got.Object != ref("data/DaemonSet/backup-helper") || got.Finding().ID != critical {
		t.Errorf("the subject is %+v", got)
	}
	d.has("WHERE")
	d.do(keys.YAML)
	d.has("▌           path: /")
	d.lacks("WHERE")
	d.do(keys.Copy)
	if got, ok := d.sent[0].(view.Copy); !ok || got.What != "YAML of data/DaemonSet/backup-helper" || !strings.HasPrefix(got.Text, "apiVersion: apps/v1\nkind: DaemonSet\n") || strings.Contains(got.Text, "▌") {
		t.Errorf("copied would be %+v", d.sent)
	}
	d.sent = nil
	if !strings.HasPrefix(d.screen.Aside(), "YAML 2/2") {
		t.Errorf("beside the crumbs stands %q", d.screen.Aside())
	}
	d.do(keys.YAML)
	d.has("WHERE")
	if o := d.screen.Can(keys.Copy); o.Known {
		t.Errorf("copying the text is not left to the program: %+v", o)
	}
	d.run(d.screen.SetFilter("ATTACKED"))
	d.has("ATTACKED")
	if d.screen.Filter() != "ATTACKED" || !strings.HasPrefix(d.screen.Position(), "match 1 of 1") {
		t.Errorf("searches for %q at %s", d.screen.Filter(), d.screen.Position())
	}
	d.do(keys.NextPane)
	if d.screen.Filter() != "" {
		t.Error("the search of one pane is in the other")
	}
	d.do(keys.Owner)
	if want := (view.Go{Place: view.Place{Screen: view.Resources, Object: ref("data/DaemonSet/backup-helper")}}); len(d.sent) != 1 || d.sent[0] != want {
		t.Errorf("sent %v", d.sent)
	}
	d = open(t, w.Session, detail.NewObject(shared, ref("data/DaemonSet/backup-helper")), 80, 12)
	if o := d.screen.Can(keys.Owner); o.OK() || o.Why == "" {
		t.Errorf("the owner of what nobody owns: %+v", o)
	}
	rules := map[string]bool{}
	for _, f := range d.screen.Subject().Findings {
		if f.Object != ref("data/DaemonSet/backup-helper") {
			t.Errorf("%s is about %s", f.ID, f.Object)
		}
		rules[f.Rule.ID] = true
	}
	if len(rules) != 17 || !rules["PS01"] || !rules["LP21"] || !rules["NW01"] || !rules["NW05"] {
		t.Errorf("%d findings: %v", len(rules), rules)
	}
	if d.screen.Can(keys.Sort).Known {
		t.Error("a text can be sorted")
	}
}

func TestPointer(t *testing.T) {
	w, shared := watch(t)
	d := open(t, w.Session, detail.New(shared, critical), 120, 12)
	text := d.screen.Position()
	d.run(d.screen.Click(100, 5))
	if d.screen.Position() == text {
		t.Error("a click on the YAML did not give it the focus")
	}
	yaml := d.screen.Position()
	d.screen.Wheel(100, 5, -3)
	if d.screen.Position() == yaml {
		t.Error("the wheel did not move the YAML")
	}
	d.screen.Wheel(10, 5, 3)
	d.run(d.screen.Click(10, 5))
	if got := d.screen.Position(); got == text {
		t.Error("the wheel did not move the text")
	}
}

func TestPlacesInFilesAndEvents(t *testing.T) {
	w, shared := watch(t)
	w.file = "manifests/\x1b[31mbackup.yaml"
	for i := range 7 {
		w.events = append(w.events, model.Event{Time: viewtest.Now.Unix() - 7000 + int64(i), Type: "Warning", Reason: "BackOff", Message: strings.Repeat("x", i+1) + "\x1b]0;owned\x07", Count: int32(i)})
	}
	w.events[6].Time -= 86400
	d := open(t, w.Session, detail.New(shared, critical), 120, 60)
	d.has("manifests/?backup.yaml:43", "2026-11-22 12:03 Warning BackOff (6 times): xxxxxxx?", "12:03:25 Warning BackOff (5 times): xxxxxx?", ": xxx?")
	d.lacks(": xx?")
}

func TestTimeZone(t *testing.T) {
	w, shared := watch(t)
	shared.Zone = time.FixedZone("X", 5*3600)
	d := open(t, w.Session, detail.New(shared, critical), 120, 60)
	d.has("holds since 2026-10-01 14:12", "18:59:00 Normal Created")
}
