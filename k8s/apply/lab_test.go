package apply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"

	"canopy/k8s/labtest"
	"canopy/model"
	"canopy/model/undo"
)

// world is a namespace of a lab, with a writer.
type world struct {
	*Writer
	t         *testing.T
	namespace string
	dynamic   dynamic.Interface
}

func newWorld(t *testing.T, lab *labtest.Lab) *world {
	t.Helper()
	config := lab.Config(labtest.Admin)
	config.WarningHandlerWithContext = rest.NoWarnings{}
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return &world{Writer: newWriter(t, lab.Config(labtest.Admin)), t: t, namespace: lab.Namespace(t), dynamic: client}
}

func newWriter(t *testing.T, config *rest.Config) *Writer {
	t.Helper()
	w, err := New(Options{Config: config, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// ref names an object of the namespace, or of the cluster.
func (w *world) ref(kind, name string) model.Ref {
	k := model.KindByName(kind)
	if !k.Namespaced {
		return k.Ref("", name)
	}
	return k.Ref(w.namespace, name)
}

func (w *world) resource(ref model.Ref) dynamic.ResourceInterface {
	k := model.KindOf(ref.GroupKind())
	if !k.Namespaced {
		return w.dynamic.Resource(k.GVR())
	}
	return w.dynamic.Resource(k.GVR()).Namespace(ref.Namespace)
}

// body makes JSON of YAML, in which NS stands for the namespace.
func (w *world) body(text string) []byte {
	w.t.Helper()
	data, err := yaml.YAMLToJSON([]byte(strings.ReplaceAll(text, "NS", w.namespace)))
	if err != nil {
		w.t.Fatal(err)
	}
	return data
}

// made makes an object as somebody else.
func (w *world) made(text string) model.Ref {
	w.t.Helper()
	u := &unstructured.Unstructured{}
	if err := u.UnmarshalJSON(w.body(text)); err != nil {
		w.t.Fatal(err)
	}
	ref := w.ref(u.GetKind(), u.GetName())
	if ref.Namespace != "" {
		u.SetNamespace(ref.Namespace)
	}
	if _, err := w.resource(ref).Create(w.t.Context(), u, metav1.CreateOptions{FieldManager: "author"}); err != nil {
		w.t.Fatal(err)
	}
	if ref.Namespace == "" {
		w.t.Cleanup(func() { _ = w.resource(ref).Delete(context.Background(), ref.Name, metav1.DeleteOptions{}) })
	}
	return ref
}

// at reads an object; nil where it is not there.
func (w *world) at(ref model.Ref) *unstructured.Unstructured {
	w.t.Helper()
	u, err := w.resource(ref).Get(w.t.Context(), ref.Name, metav1.GetOptions{})
	if missing(err) {
		return nil
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return u
}

func (w *world) create(kind, name, text string) model.Step {
	w.t.Helper()
	return model.Step{Verb: model.Create, Ref: w.ref(kind, name), Body: w.body(text)}
}

func (w *world) strategic(ref model.Ref, text string) model.Step {
	w.t.Helper()
	return model.Step{Verb: model.Patch, Ref: ref, PatchType: types.StrategicMergePatchType, Body: w.body(text)}
}

func (w *world) json(ref model.Ref, text string) model.Step {
	w.t.Helper()
	return model.Step{Verb: model.Patch, Ref: ref, PatchType: types.JSONPatchType, Body: w.body(text)}
}

func plan(steps ...model.Step) model.Plan { return model.Plan{Title: "test", Steps: steps} }

// try makes a dry run, which nothing may come of.
func (w *world) try(steps ...model.Step) *model.Trial {
	w.t.Helper()
	before := map[model.Ref]string{}
	for _, s := range steps {
		if model.KindOf(s.Ref.GroupKind()) != nil {
			before[s.Ref] = text(w.t, w.at(s.Ref))
		}
	}
	trial, err := w.DryRun(w.t.Context(), plan(steps...), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	for ref, was := range before {
		if now := text(w.t, w.at(ref)); now != was {
			w.t.Errorf("%s: a dry run changed it\nbefore %s\nafter  %s", ref, was, now)
		}
	}
	return trial
}

func text(t *testing.T, u *unstructured.Unstructured) string {
	t.Helper()
	if u == nil {
		return ""
	}
	data, err := json.Marshal(undo.Strip(u).Object)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// show writes checks down.
func show(list []model.Check) string {
	var b strings.Builder
	for _, c := range list {
		fmt.Fprintf(&b, "%s %d %s %s: %s %q %v\n", c.Rung, c.Step, c.Outcome, c.Cause, c.Message, c.Warnings, c.Conflicts)
	}
	return b.String()
}

// expect holds what a check says.
func expect(t *testing.T, list []model.Check, i int, outcome model.Outcome, cause model.Cause, words ...string) {
	t.Helper()
	if i >= len(list) || list[i].Outcome != outcome || list[i].Cause != cause {
		t.Errorf("check %d: want %s %s, got\n%s", i, outcome, cause, show(list))
		return
	}
	for _, word := range words {
		if all := list[i].Message + strings.Join(list[i].Warnings, " "); !strings.Contains(all, word) {
			t.Errorf("check %d does not say %q:\n%s", i, word, show(list[i:i+1]))
		}
	}
}

// applied carries steps out, looks that the trial was right, and takes everything back.
func (w *world) applied(steps ...model.Step) {
	w.t.Helper()
	before := map[model.Ref]string{}
	for _, s := range steps {
		before[s.Ref] = text(w.t, w.at(s.Ref))
	}
	trial := w.try(steps...)
	done, err := w.Apply(w.t.Context(), plan(steps...), trial, nil)
	if err != nil {
		w.t.Fatalf("%v\n%s%s", err, show(trial.Checks), show(done.Checks))
	}
	for i, s := range steps {
		if !done.Done[i] || text(w.t, w.at(s.Ref)) == before[s.Ref] {
			w.t.Errorf("step %d was not done", i)
		}
	}
	back, err := w.Apply(w.t.Context(), done.Undo, nil, nil)
	if err != nil {
		w.t.Fatalf("undo: %v\n%s", err, show(back.Checks))
	}
	for ref, was := range before {
		if now := text(w.t, w.at(ref)); now != was {
			w.t.Errorf("%s: the undo gives another object\nbefore %s\nafter  %s", ref, was, now)
		}
	}
}

func failure(t *testing.T, err error) *model.StepError {
	t.Helper()
	var failed *model.StepError
	if !errors.As(err, &failed) {
		t.Fatalf("want a failed step, got %v", err)
	}
	return failed
}

const template = `{metadata: {labels: {app: web}}, spec: {hostPID: true, containers: [
  {name: app, image: "img:1", ports: [{containerPort: 53, protocol: TCP}, {containerPort: 53, protocol: UDP}], securityContext: {privileged: true}, env: [{name: KEY, value: hunter2}]},
  {name: side, image: "img:2"}]}}`

// TestKinds patches, makes and deletes an object of every kind that fixes write, and takes it back.
func TestKinds(t *testing.T) {
	w := newWorld(t, labtest.Shared(t))
	harden := `{spec: {template: {spec: {hostPID: null, containers: [{name: app, securityContext: {privileged: null, allowPrivilegeEscalation: false}}]}}}}`
	for kind, spec := range map[string]string{
		"Deployment":            "{selector: {matchLabels: {app: web}}, template: " + template + "}",
		"DaemonSet":             "{selector: {matchLabels: {app: web}}, template: " + template + "}",
		"StatefulSet":           "{serviceName: s, selector: {matchLabels: {app: web}}, template: " + template + "}",
		"ReplicaSet":            "{replicas: 0, selector: {matchLabels: {app: web}}, template: " + template + "}",
		"ReplicationController": "{replicas: 0, selector: {app: web}, template: " + template + "}",
	} {
		version := w.ref(kind, "x").APIVersion()
		ref := w.made("{apiVersion: " + version + ", kind: " + kind + ", metadata: {name: web}, spec: " + spec + "}")
		w.applied(w.strategic(ref, harden))
		// Two ports of one number cannot be told apart by a strategic patch.
		w.applied(w.json(ref, `[{op: test, path: /spec/template/spec/containers/0/name, value: app}, {op: remove, path: /spec/template/spec/containers/0/ports/1}]`))
		w.applied(model.Step{Verb: model.Delete, Ref: ref})
	}
	cron := w.made("{apiVersion: batch/v1, kind: CronJob, metadata: {name: c}, spec: {schedule: '0 0 1 1 *', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, hostPID: true, containers: [{name: app, image: i}]}}}}}}")
	w.applied(w.strategic(cron, `{spec: {jobTemplate: {spec: {template: {spec: {hostPID: null}}}}}}`))
	job := w.made("{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {suspend: true, template: {spec: {restartPolicy: Never, hostPID: true, containers: [{name: app, image: i}]}}}}")
	w.applied(model.Step{Verb: model.Delete, Ref: job})
	account := w.made("{apiVersion: v1, kind: ServiceAccount, metadata: {name: a}}")
	w.applied(w.strategic(account, `{automountServiceAccountToken: false}`))
	service := w.made("{apiVersion: v1, kind: Service, metadata: {name: s, annotations: {a: b}}, spec: {type: NodePort, ports: [{name: d, port: 53, protocol: TCP}, {name: u, port: 53, protocol: UDP}]}}")
	w.applied(w.strategic(service, `{metadata: {annotations: {a: null}}, spec: {externalTrafficPolicy: Local}}`))
	w.applied(model.Step{Verb: model.Delete, Ref: service})
	config := w.made("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: x, b: z}}")
	w.applied(model.Step{Verb: model.Patch, Ref: config, PatchType: types.MergePatchType, Body: []byte(`{"data":{"a":null,"c":"z"}}`)})
	role := w.made("{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r}, rules: [{apiGroups: [''], resources: [secrets, pods], verbs: ['*']}]}")
	w.applied(w.json(role, `[{op: test, path: /rules/0/verbs, value: ['*']}, {op: replace, path: /rules/0/verbs, value: [get]}, {op: replace, path: /rules/0/resources, value: [pods]}]`))
	w.applied(w.strategic(w.ref("Namespace", w.namespace), `{metadata: {labels: {pod-security.kubernetes.io/warn: restricted}}}`))
	w.applied(
		w.create("NetworkPolicy", "deny", "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: NS}, spec: {podSelector: {}, policyTypes: [Ingress, Egress]}}"),
		w.create("PodDisruptionBudget", "p", "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: p, namespace: NS}, spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}}"),
		w.create("LimitRange", "l", "{apiVersion: v1, kind: LimitRange, metadata: {name: l, namespace: NS}, spec: {limits: [{type: Container, defaultRequest: {cpu: 50m}}]}}"),
		w.create("ResourceQuota", "q", "{apiVersion: v1, kind: ResourceQuota, metadata: {name: q, namespace: NS}, spec: {hard: {services.nodeports: '0'}}}"),
	)
}
