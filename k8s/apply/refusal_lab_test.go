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

const deployment = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 1, selector: {matchLabels: {app: web}}, template: " + template + "}}"

// TestTrial looks at what a dry run shows: both states without values, what changes besides, and who else holds the fields.
func TestTrial(t *testing.T) {
	w := newWorld(t, labtest.Shared(t))
	ref := w.made(deployment)
	trial := w.try(w.strategic(ref, `{spec: {template: {spec: {hostPID: null, volumes: [{name: tmp, configMap: {name: c}}], containers: [{name: side, image: 'img:3', securityContext: {privileged: false}}]}}}}`))
	expect(t, trial.Checks, 0, model.Warned, "")
	got := map[string]string{}
	for _, c := range trial.Checks[0].Conflicts {
		got[c.Path] = c.Manager + " " + c.Operation
	}
	// What was not set before was nobody's.
	if len(got) != 2 || got["spec.template.spec.hostPID"] != "author Update" || got["spec.template.spec.containers[1].image"] != "author Update" {
		t.Errorf("conflicts %v", trial.Checks[0].Conflicts)
	}
	s := trial.Steps[0]
	if strings.Join(s.Besides, " ") != "spec.template.spec.volumes[0].configMap.defaultMode" {
		t.Errorf("besides %v", s.Besides)
	}
	before, after := text(t, s.Before), text(t, s.After)
	if strings.Contains(before+after, "hunter2") || !strings.Contains(before, "hostPID") || strings.Contains(after, "hostPID") || s.Fingerprint == "" || s.Before.GetManagedFields() != nil {
		t.Errorf("%s\n%s", before, after)
	}
	// An applier is named as such, in lists too.
	u := w.at(ref)
	u.Object = map[string]any{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"name": "web", "namespace": w.namespace},
		"spec": map[string]any{"template": map[string]any{"spec": map[string]any{"containers": []any{map[string]any{"name": "side", "image": "img:2"}}}}}}
	if _, err := w.resource(ref).Apply(t.Context(), "web", u, metav1.ApplyOptions{FieldManager: "argocd-controller", Force: true}); err != nil {
		t.Fatal(err)
	}
	trial = w.try(w.strategic(ref, `{spec: {template: {spec: {containers: [{name: side, image: 'img:4'}]}}}}`), model.Step{Verb: model.Delete, Ref: ref})
	want := model.Conflict{Manager: "argocd-controller", Operation: "Apply", Path: "spec.template.spec.containers[1].image"}
	if c := trial.Checks[0].Conflicts; len(c) != 2 || c[0] != want {
		t.Errorf("conflicts %v", c)
	}
	expect(t, trial.Checks, 1, model.Warned, "", "argocd-controller applies this object")
}

// TestRefused meets every sort of refusal, and looks that nothing was done where one comes in the middle of a plan.
func TestRefused(t *testing.T) {
	w := newWorld(t, labtest.Shared(t))
	ref := w.made(deployment)
	harden := w.strategic(ref, `{spec: {template: {spec: {hostPID: null}}}}`)
	absent := w.ref("Deployment", "absent")
	w.made("{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {suspend: true, template: {spec: {restartPolicy: Never, hostPID: true, containers: [{name: app, image: i}]}}}}")
	w.made("{apiVersion: v1, kind: Pod, metadata: {name: naked}, spec: {hostPID: true, containers: [{name: app, image: i}]}}")
	w.made("{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}, subjects: [{kind: ServiceAccount, name: default}]}")
	w.made("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: b}}")
	tests := []struct {
		name  string
		step  model.Step
		cause model.Cause
		words string
	}{
		{"missing", w.strategic(absent, `{spec: {replicas: 2}}`), model.CauseMissing, "not there"},
		{"missing too", model.Step{Verb: model.Delete, Ref: absent}, model.CauseMissing, "not there"},
		{"exists", w.create("ConfigMap", "c", "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}"), model.CauseExists, "already"},
		{"field", w.strategic(ref, `{spec: {template: {spec: {hostPIDs: true}}}}`), model.CauseInvalid, "hostPIDs"},
		{"field of a new one", w.create("ConfigMap", "new", "{apiVersion: v1, kind: ConfigMap, metadata: {name: new}, dada: {}}"), model.CauseInvalid, "dada"},
		{"value", w.strategic(ref, `{spec: {template: {spec: {restartPolicy: Never}}}}`), model.CauseInvalid, "restartPolicy"},
		{"test", w.json(ref, `[{op: test, path: /spec/template/spec/containers/0/name, value: other}, {op: remove, path: /spec/template/spec/hostPID}]`), model.CauseChanged, "not as it expects"},
		{"selector", w.strategic(ref, `{spec: {selector: {matchLabels: {app: other}}, template: {metadata: {labels: {app: other}}}}}`), model.CauseInvalid, "deleted and made anew"},
		{"roleRef", w.strategic(w.ref("RoleBinding", "b"), `{roleRef: {name: view}}`), model.CauseInvalid, "deleted and made anew"},
		{"job", w.strategic(w.ref("Job", "j"), `{spec: {template: {spec: {hostPID: null}}}}`), model.CauseInvalid, "deleted and made anew"},
		{"pod", w.strategic(w.ref("Pod", "naked"), `{spec: {hostPID: null}}`), model.CauseInvalid, "deleted and made anew"},
		{"kind", model.Step{Verb: model.Delete, Ref: model.Ref{Group: "example.com", Version: "v1", Kind: "Thing", Namespace: w.namespace, Name: "t"}}, model.CauseUnserved, "does not serve"},
		{"optional kind", model.Step{Verb: model.Delete, Ref: model.KindByName("HTTPRoute").Ref(w.namespace, "t")}, model.CauseUnserved, "does not serve"},
		{"other uid", model.Step{Verb: model.Delete, Ref: ref, UID: "another"}, model.CauseChanged, "Another object"},
		{"patch type", model.Step{Verb: model.Patch, Ref: ref, PatchType: types.MergePatchType, Body: []byte(`5`)}, model.CauseInvalid, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			trial, err := w.DryRun(t.Context(), plan(tt.step), nil)
			if err != nil {
				t.Fatal(err)
			}
			expect(t, trial.Checks, 0, model.Failed, tt.cause, tt.words)
			if strings.Contains(show(trial.Checks), "hunter2") {
				t.Errorf("a value is told: %s", show(trial.Checks))
			}
			note := w.strategic(ref, `{metadata: {labels: {seen: 'yes'}}}`)
			done, err := w.Apply(t.Context(), plan(note, tt.step, harden), nil, nil)
			failed := failure(t, err)
			if failed.Step != 1 || failed.Cause != tt.cause || !strings.Contains(failed.Message, tt.words) || !done.Done[0] || done.Done[1] || done.Done[2] || len(done.Undo.Steps) != 1 {
				t.Errorf("%+v\n%+v", failed, done)
			}
			if _, err := w.Apply(t.Context(), done.Undo, nil, nil); err != nil {
				t.Error(err)
			}
		})
	}
	if u := w.at(ref); u.GetLabels()["seen"] != "" {
		t.Error("not undone")
	}
}

// TestAdmission is refused by what guards the namespace.
func TestAdmission(t *testing.T) {
	w := newWorld(t, labtest.Shared(t))
	ref := w.made(deployment)
	fix := w.strategic(ref, `{metadata: {labels: {fixed: 'yes'}}}`)
	w.made(`{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy, metadata: {name: NS}, spec: {failurePolicy: Fail,
		matchConstraints: {resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [UPDATE], resources: [deployments]}]},
		validations: [{expression: "!('fixed' in object.metadata.labels)", message: nobody fixes things here}]}}`)
	w.made(`{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicyBinding, metadata: {name: NS}, spec: {policyName: NS, validationActions: [Deny],
		matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: NS}}}}}`)
	// A policy holds a moment after it was made.
	var trial *model.Trial
	for range 60 {
		if trial = w.try(fix); trial.Checks[0].Outcome == model.Failed {
			break
		}
		time.Sleep(500 * time.Millisecond)
	}
	expect(t, trial.Checks, 0, model.Failed, model.CauseRefused, "admission policy", "nobody fixes things here")
	_, err := w.Apply(t.Context(), plan(fix), nil, nil)
	if f := failure(t, err); f.Cause != model.CauseRefused {
		t.Error(f)
	}

	hook := func(name, extra string) string {
		return `{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: NS-` + name + `}, webhooks: [{name: ` + name + `.example.com, admissionReviewVersions: [v1],
		  clientConfig: {url: "https://127.0.0.1:1/"}, namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: NS}}, rules: [{apiGroups: [''], apiVersions: [v1], operations: [UPDATE], resources: [configmaps]}], ` + extra + `}]}`
	}
	config := w.made("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: b}}")
	patch := model.Step{Verb: model.Patch, Ref: config, PatchType: types.MergePatchType, Body: []byte(`{"data":{"a":null}}`)}
	dead := w.made(hook("dead", "failurePolicy: Fail, sideEffects: None, timeoutSeconds: 2"))
	for range 60 {
		if trial = w.try(patch); trial.Checks[0].Outcome == model.Failed {
			break
		}
		time.Sleep(500 * time.Millisecond)
	}
	expect(t, trial.Checks, 0, model.Failed, model.CauseRefused, "does not answer", "dead.example.com")
	_, err = w.Apply(t.Context(), plan(patch), nil, nil)
	if f := failure(t, err); f.Cause != model.CauseRefused {
		t.Error(f)
	}
	if err := w.resource(dead).Delete(t.Context(), dead.Name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	var done model.Applied
	for range 60 {
		if done, err = w.Apply(t.Context(), plan(patch), nil, nil); err == nil {
			break
		}
		time.Sleep(500 * time.Millisecond)
	}
	if err != nil || len(done.Undo.Steps) != 1 {
		t.Fatal(err, done)
	}
}
