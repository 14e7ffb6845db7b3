package apply

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/k8s/labtest"
	"canopy/model"
)

// TestEarlier plans steps that need what earlier ones make: nobody can try them, and they work.
func TestEarlier(t *testing.T) {
	w := newWorld(t, labtest.Shared(t))
	config := w.made("{apiVersion: v1, kind: ConfigMap, metadata: {name: c, labels: {a: b}}, data: {a: b}}")
	w.made("{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}, subjects: [{kind: ServiceAccount, name: default}]}")
	binding := w.ref("RoleBinding", "b")
	space := model.KindByName("Namespace").Ref("", w.namespace+"-more")
	steps := []model.Step{
		w.create("Namespace", space.Name, "{apiVersion: v1, kind: Namespace, metadata: {name: NS-more}}"),
		{Verb: model.Create, Ref: model.KindByName("NetworkPolicy").Ref(space.Name, "deny"), Body: w.body("{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: NS-more}, spec: {podSelector: {}}}")},
		{Verb: model.Delete, Ref: binding},
		w.create("RoleBinding", "b", "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b, namespace: NS}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}, subjects: [{kind: ServiceAccount, name: default, namespace: NS}]}"),
		{Verb: model.Patch, Ref: config, PatchType: types.MergePatchType, Body: []byte(`{"data":{"new":"x"}}`)},
		w.json(config, `[{op: test, path: /data/new, value: x}, {op: replace, path: /data/new, value: z}]`),
	}
	t.Cleanup(func() { _ = w.resource(space).Delete(t.Context(), space.Name, metav1.DeleteOptions{}) })
	was := text(t, w.at(binding))
	trial := w.try(steps...)
	for i, outcome := range []model.Outcome{model.Passed, model.Untestable, model.Passed, model.Untestable, model.Passed, model.Untestable} {
		cause := model.Cause("")
		if outcome == model.Untestable {
			cause = model.CauseEarlier
		}
		expect(t, trial.Checks, i, outcome, cause)
	}
	done, err := w.Apply(t.Context(), plan(steps...), trial, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, show(done.Checks))
	}
	if len(done.Undo.Steps) != len(steps) || !strings.Contains(text(t, w.at(binding)), `"view"`) {
		t.Errorf("%+v", done)
	}
	if _, err := w.Apply(t.Context(), done.Undo, nil, nil); err != nil {
		t.Fatal(err)
	}
	if now := text(t, w.at(binding)); now != was {
		t.Errorf("before %s\nafter  %s", was, now)
	}
	if u := w.at(config); strings.Contains(text(t, u), "new") || w.at(space).GetDeletionTimestamp() == nil {
		t.Error("not undone")
	}
}

// TestChanged has others write an object between the trial and the plan: what they did stays, unless it does not matter.
func TestChanged(t *testing.T) {
	w := newWorld(t, labtest.Shared(t))
	ref := w.made(deployment)
	fix := w.strategic(ref, `{spec: {template: {spec: {hostPID: null}}}}`)
	trial := w.try(fix)
	write := func(body string, sub ...string) {
		t.Helper()
		if _, err := w.resource(ref).Patch(t.Context(), "web", types.MergePatchType, []byte(body), metav1.PatchOptions{FieldManager: "other"}, sub...); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"spec":{"minReadySeconds":2}}`)
	_, err := w.Apply(t.Context(), plan(fix), trial, nil)
	if f := failure(t, err); f.Cause != model.CauseChanged || !strings.Contains(f.Message, "somebody has changed it") {
		t.Error(f)
	}
	if u := w.at(ref); !strings.Contains(text(t, u), "hostPID") {
		t.Error("it was changed all the same")
	}
	// What controllers and autoscalers write is no change. Here they write all the time.
	trial = w.try(fix)
	write(`{"spec":{"replicas":3}}`, "scale")
	stop := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-time.After(150 * time.Millisecond):
			}
			_, _ = w.resource(ref).Patch(t.Context(), "web", types.MergePatchType, []byte(`{"metadata":{"annotations":{"deployment.kubernetes.io/revision":"`+strings.Repeat("7", i%5+1)+`"}}}`), metav1.PatchOptions{FieldManager: "controller"})
		}
	}()
	done, err := w.Apply(t.Context(), plan(fix), trial, nil)
	close(stop)
	<-ended
	if err != nil {
		t.Fatal(err)
	}
	if u := w.at(ref); !strings.Contains(text(t, u), `"replicas":3`) || len(done.Undo.Steps) != 1 || strings.Contains(string(done.Undo.Steps[0].Body), "replicas") {
		t.Errorf("the autoscaler's word does not hold: %s, %+v", text(t, u), done.Undo)
	}
	// Somebody has put it back meanwhile, and more: the undo does not go over that.
	write(`{"spec":{"template":{"spec":{"hostPID":true}}}}`)
	_, err = w.Apply(t.Context(), done.Undo, nil, nil)
	if f := failure(t, err); f.Cause != model.CauseChanged {
		t.Error(f)
	}
}

// TestSecrets makes, changes and deletes Secrets: no value comes back, and none is given up unseen.
func TestSecrets(t *testing.T) {
	w := newWorld(t, labtest.Shared(t))
	w.made("{apiVersion: v1, kind: Secret, metadata: {name: s, labels: {a: b}}, stringData: {key: hunter2}}")
	ref := w.ref("Secret", "s")
	label := model.Step{Verb: model.Patch, Ref: ref, PatchType: types.MergePatchType, Body: []byte(`{"metadata":{"labels":{"a":"c"}}}`)}
	trial := w.try(label, model.Step{Verb: model.Delete, Ref: ref})
	expect(t, trial.Checks, 0, model.Warned, "")
	expect(t, trial.Checks, 1, model.Warned, "", "save it yourself")
	if u := trial.Steps[0].After; u.GetKind() != "Secret" || u.GetLabels()["a"] != "c" || u.Object["data"] != nil {
		t.Errorf("%v", u)
	}
	w.applied(label)
	var told []model.Check
	done, err := w.Apply(t.Context(), plan(label, model.Step{Verb: model.Delete, Ref: ref}), nil, func(c model.Check) {
		if c.Undo == nil {
			told = append(told, c)
		}
	})
	if err != nil || len(told) != 3 || len(done.Undo.Steps) != 1 || !strings.Contains(done.Undo.Title, "cannot be taken back") || w.at(ref) != nil {
		t.Errorf("%v %+v", err, done)
	}
	expect(t, told, 1, model.Warned, "", "save it yourself")
	expect(t, told, 2, model.Warned, "", "gone for good")
	w.applied(w.create("Secret", "new", "{apiVersion: v1, kind: Secret, metadata: {name: new, namespace: NS}, stringData: {key: ''}}"))
}

// TestPermissions asks and acts as users of few rights.
func TestPermissions(t *testing.T) {
	lab := labtest.Shared(t)
	w := newWorld(t, lab)
	ref := w.made(deployment)
	steps := []model.Step{w.strategic(ref, `{spec: {template: {spec: {hostPID: null}}}}`),
		w.create("NetworkPolicy", "deny", "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: NS}, spec: {podSelector: {}}}"),
		{Verb: model.Delete, Ref: w.ref("ClusterRoleBinding", "none")}}
	list, err := w.MayI(t.Context(), plan(steps...))
	if err != nil || len(list) != 3 {
		t.Fatal(err, list)
	}
	for i := range list {
		expect(t, list, i, model.Passed, "")
	}
	nobody := newWriter(t, lab.Config(labtest.Nobody))
	if list, err = nobody.MayI(t.Context(), plan(steps...)); err != nil {
		t.Fatal(err)
	}
	expect(t, list, 0, model.Failed, model.CauseForbidden, "You may not patch deployments.apps in namespace "+w.namespace+". Export the fix")
	expect(t, list, 1, model.Failed, model.CauseForbidden, "create networkpolicies.networking.k8s.io in namespace")
	expect(t, list, 2, model.Failed, model.CauseForbidden, "You may not delete clusterrolebindings.rbac.authorization.k8s.io. Export")
	trial, err := nobody.DryRun(t.Context(), plan(steps...), nil)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, trial.Checks, 0, model.Failed, model.CauseForbidden, "You may not do this", "cannot get resource")
	expect(t, trial.Checks, 1, model.Failed, model.CauseForbidden, "cannot create resource")
	_, err = nobody.Apply(t.Context(), plan(steps...), nil, nil)
	if f := failure(t, err); f.Cause != model.CauseForbidden || f.Step != 0 {
		t.Error(f)
	}
	// A user who may write bindings and roles, and hold no rights to hand on.
	w.made("{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: writer}, rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [roles, rolebindings], verbs: [get, create, patch]}, {apiGroups: [apps], resources: [deployments], verbs: [patch]}]}")
	w.made("{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: writer}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: writer}, subjects: [{kind: User, name: ned, apiGroup: rbac.authorization.k8s.io}]}")
	config := lab.Config(labtest.Admin)
	config.Impersonate.UserName = "ned"
	ned := newWriter(t, config)
	role := w.create("Role", "r", "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r, namespace: NS}, rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]}")
	bind := w.create("RoleBinding", "r", "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: r, namespace: NS}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}, subjects: [{kind: ServiceAccount, name: default, namespace: NS}]}")
	escalate := plan(role, bind, steps[0])
	for range 40 {
		if list, err = ned.MayI(t.Context(), escalate); err == nil && list[0].Outcome == model.Passed {
			break
		}
		time.Sleep(250 * time.Millisecond)
	}
	expect(t, list, 0, model.Passed, "")
	expect(t, list, 1, model.Passed, "")
	expect(t, list, 2, model.Failed, model.CauseForbidden, "may not get", "nothing could take the change back")
	if trial, err = ned.DryRun(t.Context(), escalate, nil); err != nil {
		t.Fatal(err)
	}
	expect(t, trial.Checks, 0, model.Failed, model.CauseForbidden, "must hold all of them", "not currently held")
	expect(t, trial.Checks, 1, model.Untestable, model.CauseEarlier, "Role/r")
}

// TestStopped has the API server stop in the middle of a plan.
func TestStopped(t *testing.T) {
	lab := labtest.Private(t)
	w := newWorld(t, lab)
	one, two := w.made(deployment), w.made("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: b}}")
	was := text(t, w.at(one))
	steps := plan(w.strategic(one, `{spec: {template: {spec: {hostPID: null}}}}`), model.Step{Verb: model.Delete, Ref: two})
	trial := w.try(steps.Steps...)
	done, err := w.Apply(t.Context(), steps, trial, func(c model.Check) {
		if c.Step == 0 && c.Undo == nil {
			lab.StopAPIServer()
		}
	})
	if f := failure(t, err); f.Step != 1 || f.Cause != model.CauseLost || !strings.Contains(f.Message, "Nothing of this step was done") {
		t.Error(f)
	}
	if !done.Done[0] || done.Done[1] || len(done.Undo.Steps) != 1 || done.Undo.Steps[0].IfDone {
		t.Errorf("%+v", done)
	}
	if _, err := w.DryRun(t.Context(), steps, nil); err == nil {
		t.Error("a dry run without a server")
	}
	if _, err := w.MayI(t.Context(), steps); err == nil {
		t.Error("permitted without a server")
	}
	lab.StartAPIServer()
	if strings.Contains(text(t, w.at(one)), "hostPID") {
		t.Error("the first step was not done")
	}
	if _, err := w.Apply(t.Context(), done.Undo, nil, nil); err != nil {
		t.Fatal(err)
	}
	if now := text(t, w.at(one)); now != was || w.at(two) == nil {
		t.Errorf("before %s\nafter  %s", was, now)
	}
}
