package demo

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/remedy"
	"canopy/model"
	held "canopy/model/cluster"
	"canopy/model/mask"
)

// trainee opens the demo, whose player stands still, with a writer.
func trainee(t *testing.T) (*theatre, *Writer) {
	t.Helper()
	h := stageDemo(t)
	h.player.Pause(true)
	return h, NewWriter(h.source, h.player, h.jungle)
}

// fixes makes the fix of some findings.
func (h *theatre) fixes(findings ...*model.Finding) *remedy.Fix {
	h.t.Helper()
	var fix *remedy.Fix
	var err error
	if e := h.engine.Read(h.t.Context(), func(c *held.Cluster) { fix, err = remedy.ForServer(c, "v1.37.2", findings) }); e != nil || err != nil {
		h.t.Fatal(e, err)
	}
	// The value of a Secret that takes a credential in is put there by who applies it.
	for i := range fix.Documents {
		text := fix.Documents[i].YAML
		if !bytes.Contains(text, []byte(mask.Text)) {
			continue
		}
		if fix, err = fix.Edit(i, bytes.ReplaceAll(text, []byte(mask.Text), []byte("made-up-by-the-test"))); err != nil {
			h.t.Fatal(err)
		}
	}
	return fix
}

// do carries a plan out as the dashboard does, and gives the way back.
func (h *theatre) do(w *Writer, plan model.Plan) model.Plan {
	h.t.Helper()
	trial, err := w.DryRun(h.t.Context(), plan, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, c := range trial.Checks {
		if c.Outcome == model.Failed {
			h.t.Fatalf("%s %s: %s", plan.Steps[c.Step].Verb, plan.Steps[c.Step].Ref, c.Message)
		}
	}
	applied, err := w.Apply(h.t.Context(), plan, trial, nil)
	if err != nil || slices.Contains(applied.Done, false) {
		h.t.Fatalf("%v: %v", applied.Done, err)
	}
	checks, err := w.Watch(h.t.Context(), plan, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, c := range checks {
		if c.Outcome != model.Passed {
			h.t.Errorf("%s: %s", plan.Steps[c.Step].Ref, c.Message)
		}
	}
	return applied.Undo
}

// TestFindingsEndAndComeBack fixes each finding of the demo for which there is YAML, sees it gone, takes the fix back and sees it there
// again.
func TestFindingsEndAndComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, w := trainee(t)
		first := h.look()
		fixed, rules := 0, map[string]bool{}
		var copied *remedy.Fix
		for f := range first.report.Findings.All() {
			fix := h.fixes(f)
			if !slices.ContainsFunc(fix.Documents, func(d remedy.Document) bool { return slices.Contains(d.Closes, f.ID) }) {
				continue
			}
			if f.Rule.ID == "SE04" {
				// What holds the values of a Secret is kept nowhere, and so does not come back.
				copied = fix
				continue
			}
			fixed++
			rules[f.Rule.ID] = true
			back := h.do(w, fix.Plan)
			now := h.look()
			for i := range fix.Documents {
				for _, id := range fix.Documents[i].Closes {
					if now.report.Findings.Get(id) != nil {
						t.Errorf("%s goes on after its fix", id)
					}
				}
			}
			h.checkCluster(Step{What: "fix of " + f.ID}, now)
			h.do(w, back)
			now = h.look()
			if lost, more := first.found(now), now.found(first); len(lost)+len(more) > 0 {
				t.Errorf("after the undo of the fix of %s: missing %q, more %q", f.ID, lost, more)
			}
			h.checkCluster(Step{What: "undo of " + f.ID}, now)
			if t.Failed() {
				return
			}
		}
		if copied == nil {
			t.Error("no Secret carries a copy of itself")
		} else if back := h.do(w, copied.Plan); len(back.Steps) > 0 {
			t.Errorf("the undo of a copy of values has steps: %v", back.Steps)
		} else if h.look().report.Findings.Get(copied.Documents[0].Closes[0]) != nil {
			t.Errorf("%s goes on after its fix", copied.Documents[0].Closes[0])
		}
		t.Logf("%d of %d findings, %d rules", fixed, first.report.Findings.Len(), len(rules))
		if fixed < 100 || len(rules) < 20 {
			t.Errorf("%d findings of %d rules were fixed", fixed, len(rules))
		}
	})
}

// stageObjects gives what the player holds, to be looked at while it stands still.
func stageObject[T object](h *theatre, kind, namespace, name string) T {
	h.t.Helper()
	o, ok := h.player.open(h.jungle).all[model.KindByName(kind).Ref(namespace, name)].(T)
	if !ok {
		h.t.Fatalf("no %s %s/%s", kind, namespace, name)
	}
	return o
}

func patch(kind, namespace, name, body string) model.Step {
	return model.Step{Verb: model.Patch, Ref: model.KindByName(kind).Ref(namespace, name), PatchType: types.StrategicMergePatchType, Body: []byte(body)}
}

func creation(kind, namespace, name, body string) model.Step {
	return model.Step{Verb: model.Create, Ref: model.KindByName(kind).Ref(namespace, name), Body: []byte(body)}
}

func plan(steps ...model.Step) model.Plan { return model.Plan{Title: "Test", Steps: steps} }

// names lists the pods that run for an app.
func (h *theatre) names(namespace, app string) []string {
	h.player.mutex.Lock()
	defer h.player.mutex.Unlock()
	var list []string
	for _, p := range h.player.open(h.jungle).pods {
		if p.Namespace == namespace && p.Labels["app"] == app && live(p) && p.DeletionTimestamp == nil {
			list = append(list, p.Name)
		}
	}
	slices.Sort(list)
	return list
}

func TestRolloutByTheUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, w := trainee(t)
		h.look()
		h.do(w, plan(patch("ConfigMap", "data", "airflow-config", `{"metadata":{"labels":{"seen":"yes"}}}`)))
		before := h.names("shop", "web")
		d := stageObject[*appsv1.Deployment](h, "Deployment", "shop", "web")
		generation, number := d.Generation, d.Annotations[revision]
		sets := len(h.player.stage.setsOf(d))
		back := h.do(w, plan(patch("Deployment", "shop", "web", `{"spec":{"replicas":5,"template":{"spec":{"automountServiceAccountToken":false}}}}`)))
		after := h.names("shop", "web")
		if len(before) != 3 || len(after) != 5 || slices.ContainsFunc(after, func(n string) bool { return slices.Contains(before, n) }) {
			t.Errorf("before %v, after %v", before, after)
		}
		if d.Generation != generation+1 || d.Status.ObservedGeneration != d.Generation || d.Annotations[revision] == number || len(h.player.stage.setsOf(d)) != sets+1 ||
			d.Status.Replicas != 5 || d.Status.UpdatedReplicas != 5 || d.Status.AvailableReplicas != 5 || d.Status.Conditions[1].Reason != "NewReplicaSetAvailable" {
			t.Errorf("generation %d, %+v", d.Generation, d.Status)
		}
		for _, p := range h.player.stage.pods {
			if slices.Contains(after, p.Name) && slices.ContainsFunc(p.Spec.Volumes, func(v corev1.Volume) bool { return strings.HasPrefix(v.Name, "kube-api-access") }) {
				t.Errorf("%s mounts a token", p.Name)
			}
		}
		h.do(w, back)
		if again := h.names("shop", "web"); !slices.Equal(again, before) {
			t.Errorf("before %v, again %v", before, again)
		}
		if d.Status.UpdatedReplicas != 3 || d.Generation != generation+2 || len(h.player.stage.setsOf(d)) != sets+1 {
			t.Errorf("%+v", d.Status)
		}
		h.checkCluster(Step{What: "undo"}, h.look())
	})
}

func TestEverythingForANewApplication(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, w := trainee(t)
		first := h.look()
		back := h.do(w, plan(
			creation("Namespace", "", "lab", `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"lab"}}`),
			creation("ServiceAccount", "lab", "app", `{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"app","namespace":"lab"}}`),
			creation("Deployment", "lab", "app", `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"app","namespace":"lab"},"spec":{"selector":{"matchLabels":{"app":"app"}},"template":{"metadata":{"labels":{"app":"app"}},"spec":{"serviceAccountName":"app","containers":[{"name":"app","image":"app:1","ports":[{"name":"http","containerPort":8080}]}]}}}}`),
			creation("StatefulSet", "lab", "db", `{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"db","namespace":"lab"},"spec":{"replicas":2,"serviceName":"db","selector":{"matchLabels":{"app":"db"}},"template":{"metadata":{"labels":{"app":"db"}},"spec":{"containers":[{"name":"db","image":"db:1"}]}},"volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}]}}`),
			creation("DaemonSet", "lab", "agent", `{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"agent","namespace":"lab"},"spec":{"selector":{"matchLabels":{"app":"agent"}},"template":{"metadata":{"labels":{"app":"agent"}},"spec":{"containers":[{"name":"a","image":"a:1"}]}}}}`),
			creation("ReplicaSet", "lab", "bare", `{"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"bare","namespace":"lab"},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"bare"}},"template":{"metadata":{"labels":{"app":"bare"}},"spec":{"containers":[{"name":"b","image":"b:1"}]}}}}`),
			creation("Job", "lab", "once", `{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"once","namespace":"lab"},"spec":{"template":{"metadata":{"labels":{"app":"once"}},"spec":{"restartPolicy":"Never","containers":[{"name":"o","image":"o:1"}]}}}}`),
			creation("Pod", "lab", "naked", `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"naked","namespace":"lab","labels":{"app":"naked"}},"spec":{"containers":[{"name":"n","image":"n:1"}]}}`),
			creation("Pod", "lab", "homeless", `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"homeless","namespace":"lab","labels":{"app":"homeless"}},"spec":{"nodeSelector":{"moon":"yes"},"affinity":{"podAntiAffinity":{}},"containers":[{"name":"n","image":"n:1"}]}}`),
			creation("Service", "lab", "app", `{"apiVersion":"v1","kind":"Service","metadata":{"name":"app","namespace":"lab"},"spec":{"selector":{"app":"app"},"ports":[{"port":80,"targetPort":"http"}]}}`),
			creation("ClusterRole", "", "lab-view", `{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"lab-view","labels":{"rbac.authorization.k8s.io/aggregate-to-view":"true"}},"rules":[{"apiGroups":["lab.example"],"resources":["things"],"verbs":["get"]}]}`),
			creation("CronJob", "lab", "night", `{"apiVersion":"batch/v1","kind":"CronJob","metadata":{"name":"night","namespace":"lab"},"spec":{"schedule":"0 2 * * *","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"o","image":"o:1"}]}}}}}}`),
			model.Step{Verb: model.Create, Ref: model.Ref{Group: "lab.example", Version: "v1", Kind: "Thing", Namespace: "lab", Name: "t"}, Body: []byte(`{"apiVersion":"lab.example/v1","kind":"Thing","metadata":{"name":"t","namespace":"lab"},"spec":{"a":1}}`)},
		))
		for app, want := range map[string]int{"app": 1, "db": 2, "agent": 4, "bare": 2, "once": 1, "naked": 1, "homeless": 0} {
			if got := h.names("lab", app); len(got) < want || want == 0 && len(got) > 0 {
				t.Errorf("%s: %v", app, got)
			}
		}
		p := stageObject[*corev1.Pod](h, "Pod", "lab", h.names("lab", "app")[0])
		if p.Spec.ServiceAccountName != "app" || p.Spec.NodeName == "" || !slices.ContainsFunc(p.Spec.Volumes, func(v corev1.Volume) bool { return v.Projected != nil }) {
			t.Errorf("%+v", p.Spec)
		}
		if d := stageObject[*appsv1.Deployment](h, "Deployment", "lab", "app"); d.Generation != 1 || d.Status.ObservedGeneration != 1 || d.Status.AvailableReplicas != 1 {
			t.Errorf("%d %+v", d.Generation, d.Status)
		}
		now := h.look()
		addresses := 0
		for _, o := range now.objects(h) {
			if slice, ok := o.(*discoveryv1.EndpointSlice); ok && slice.Namespace == "lab" && len(slice.Endpoints) == 1 && *slice.Ports[0].Port == 8080 {
				addresses++
			}
		}
		if addresses != 1 {
			t.Errorf("%d slices lead to the pod", addresses)
		}
		view := func() string { return h.field("ClusterRole", "", "view", "rules") }
		if !strings.Contains(view(), "lab.example") {
			t.Error("the role is not gathered")
		}
		h.do(w, back)
		now = h.look()
		if lost, more := first.found(now), now.found(first); len(lost)+len(more) > 0 {
			t.Errorf("missing %q, more %q", lost, more)
		}
		for ref := range now.records {
			if first.records[ref] == nil && !strings.Contains(ref, "pvc-") {
				t.Errorf("%s is left", ref)
			}
		}
		if strings.Contains(view(), "lab.example") {
			t.Error("the role is still gathered")
		}
	})
}

func TestPodSecurityRefusesPods(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, w := trainee(t)
		first := h.look()
		apply := func(p model.Plan) (model.Applied, []model.Check, error) {
			applied, err := w.Apply(t.Context(), p, nil, nil)
			checks, wrong := w.Watch(t.Context(), p, nil)
			if wrong != nil {
				t.Error(wrong)
			}
			return applied, checks, err
		}
		stuck := func(checks []model.Check) int {
			n := 0
			for _, c := range checks {
				if c.Outcome == model.Failed && c.Cause == model.CauseStuck && strings.Contains(c.Message, "violates PodSecurity") {
					n++
				}
			}
			return n
		}
		daemons, web := len(h.names("data", "backup-helper")), h.names("shop", "web")
		applied, checks, err := apply(plan(
			patch("Namespace", "", "data", `{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"baseline"}}}`),
			patch("DaemonSet", "data", "backup-helper", `{"spec":{"template":{"metadata":{"labels":{"v":"2"}}}}}`),
			patch("Deployment", "shop", "web", `{"spec":{"template":{"spec":{"hostPID":true}}}}`),
		))
		if err != nil || stuck(checks) != 2 {
			t.Errorf("%+v %v", checks, err)
		}
		if n := len(h.names("data", "backup-helper")); daemons < 3 || n != daemons-1 {
			t.Errorf("%d pods of the DaemonSet, of %d", n, daemons)
		}
		if now := h.names("shop", "web"); !slices.Equal(now, web) {
			t.Errorf("%v, want the old pods", now)
		}
		if d := stageObject[*appsv1.Deployment](h, "Deployment", "shop", "web"); len(d.Status.Conditions) != 3 || d.Status.UpdatedReplicas != 0 || d.Status.AvailableReplicas != 3 {
			t.Errorf("%+v", d.Status)
		}
		if _, checks, err := apply(applied.Undo); err != nil || stuck(checks) != 0 {
			t.Errorf("%+v %v", checks, err)
		}
		if now := h.look(); len(first.found(now))+len(now.found(first)) > 0 || len(h.names("data", "backup-helper")) != daemons {
			t.Errorf("missing %q, more %q", first.found(now), now.found(first))
		}
		// What a server would not admit fails at its step; what was done before can be taken back.
		applied, _, err = apply(plan(
			creation("ServiceAccount", "payments", "x", `{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"x","namespace":"payments"}}`),
			creation("Pod", "payments", "x", `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x","namespace":"payments"},"spec":{"hostPID":true,"containers":[{"name":"n","image":"n:1"}]}}`),
		))
		e, ok := errors.AsType[*model.StepError](err)
		if !ok || e.Step != 1 || e.Cause != model.CauseRefused || !applied.Done[0] || applied.Done[1] || len(applied.Undo.Steps) != 1 {
			t.Errorf("%+v: %v", applied, err)
		}
	})
}

// TestUsersThingsAreLeftAlone plays two loops around what a user does.
func TestUsersThingsAreLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := stageDemo(t)
		w := NewWriter(h.source, h.player, h.jungle)
		begun := time.Now()
		until := func(at time.Duration) {
			time.Sleep(time.Until(begun.Add(at)))
			synctest.Wait()
		}
		del := func(kind, namespace, name string) model.Step {
			return model.Step{Verb: model.Delete, Ref: model.KindByName(kind).Ref(namespace, name)}
		}
		// In the midst of the rollout of shop/web.
		until(11 * time.Second)
		h.do(w, plan(patch("Deployment", "shop", "web", `{"spec":{"template":{"metadata":{"labels":{"mine":"yes"}}}}}`)))
		mine := h.names("shop", "web")
		until(40 * time.Second)
		h.do(w, plan(del("RoleBinding", "shop", "ci")))
		until(60 * time.Second)
		h.do(w, plan(creation("NetworkPolicy", "payments", "deny", `{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"deny","namespace":"payments","labels":{"mine":"yes"}},"spec":{"podSelector":{},"policyTypes":["Ingress"]}}`)))
		until(74 * time.Second)
		h.player.mutex.Lock()
		debug := ""
		for _, p := range h.player.stage.pods {
			if strings.HasPrefix(p.Name, debugPrefix) {
				debug = p.Name
			}
		}
		h.player.mutex.Unlock()
		h.do(w, plan(del("Pod", "kube-system", debug)))
		until(95 * time.Second)
		h.do(w, plan(patch("Node", "", "n6", `{"metadata":{"labels":{"mine":"yes"}}}`)))
		until(150 * time.Second)
		h.fewer = len(h.names("monitoring", "grafana"))
		h.do(w, plan(del("Deployment", "monitoring", "grafana"), del("ClusterRoleBinding", "", "operator-cluster-admin"), del("Secret", "legacy", "intranet-db")))
		for _, at := range []time.Duration{230, 239, 250, 290, 300, 400, 470, 490} {
			until(at * time.Second)
			if now := h.names("shop", "web"); len(now) != 3 || at > 110 && at < 320 && !slices.Equal(now, mine) {
				t.Errorf("after %d s: web is %v, was %v", at, now, mine)
			}
			for _, there := range []struct {
				kind, namespace, name string
				want                  bool
			}{{"RoleBinding", "shop", "ci", false}, {"NetworkPolicy", "payments", "deny", true}, {"Deployment", "monitoring", "grafana", false},
				{"ClusterRoleBinding", "", "operator-cluster-admin", false}, {"ClusterRoleBinding", "", "operator", false}, {"Secret", "legacy", "intranet-db", false}} {
				if h.has(there.kind, there.namespace, there.name) != there.want {
					t.Errorf("after %d s: %s %s/%s: want %t", at, there.kind, there.namespace, there.name, there.want)
				}
			}
			if h.field("Node", "", "n6", "metadata", "labels", "mine") != "yes" || h.field("NetworkPolicy", "payments", "deny", "metadata", "labels", "mine") != "yes" {
				t.Errorf("after %d s: a label is gone", at)
			}
			h.checkCluster(Step{What: at.String(), At: 0}, h.look())
		}
	})
}
