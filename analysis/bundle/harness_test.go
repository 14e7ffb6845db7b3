package bundle

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"

	"canopy/analysis/catalogue"
	"canopy/analysis/engine"
	"canopy/analysis/manifest"
	"canopy/analysis/remedy"
	"canopy/analysis/rollout"
	"canopy/analysis/secret/detect"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/mask"
	"canopy/model/record"
)

var now = time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)

// shop is a small cluster with flaws of all sorts.
const shop = `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {kubernetes.io/metadata.name: shop}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: default, namespace: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app: web}, annotations: {meta.helm.sh/release-name: web}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      hostNetwork: true
      containers:
      - name: app
        image: web:1
        args: [--token, hunter2]
        env: [{name: PASSWORD, value: hunter2}]
        securityContext: {privileged: true}
        volumeMounts: [{name: sock, mountPath: /run/docker.sock}, {name: data, mountPath: /data}]
      - {name: side, image: side:1}
      - {name: metrics, image: m:1, ports: [{containerPort: 9100, hostPort: 9100, name: m}, {containerPort: 9101, hostPort: 9101, protocol: UDP}]}
      volumes:
      - {name: sock, hostPath: {path: /var/run/docker.sock}}
      - {name: data, emptyDir: {}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: dns, namespace: shop}
spec:
  selector: {matchLabels: {app: dns}}
  template:
    metadata: {labels: {app: dns}}
    spec:
      containers:
      - name: dns
        image: dns:1
        ports: [{containerPort: 53, hostPort: 53, protocol: TCP}, {containerPort: 53, hostPort: 53, protocol: UDP}]
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: backup, namespace: shop}
spec:
  schedule: "0 2 * * *"
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, hostPID: true, containers: [{name: b, image: "b:1", securityContext: {capabilities: {add: [SYS_ADMIN]}}}]}}}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: shop}
spec: {minAvailable: 100%, selector: {matchLabels: {app: web}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: broad}
rules: [{apiGroups: [""], resources: [secrets, configmaps], verbs: ["*"]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: "all.do"}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: broad}
subjects: [{kind: ServiceAccount, name: default, namespace: shop}, {kind: Group, name: "system:authenticated", apiGroup: rbac.authorization.k8s.io}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: admins}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: default, namespace: shop}]
`

// world is a cluster from manifests, with what was found in it.
type world struct {
	objects []*unstructured.Unstructured
	cluster *cluster.Cluster
	report  *model.Report
}

func newWorld(t testing.TB, text string) *world {
	t.Helper()
	w := &world{cluster: cluster.New()}
	var changes []model.Change
	for _, doc := range strings.Split(text, "\n---\n") {
		u := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(doc), &u.Object); err != nil {
			t.Fatal(err)
		}
		w.objects = append(w.objects, u)
		r, err := record.Make(typed(t, u))
		if err != nil {
			t.Fatal(err)
		}
		w.cluster.Apply(model.Put(r))
		changes = append(changes, model.Put(r))
	}
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	e := engine.New(engine.Options{Clock: model.FixedClock(now), Rules: rules})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	e.Identify(model.SourceInfo{Type: "capture", Name: "shop", Server: "v1.37.2"})
	e.Change(changes...)
	for _, k := range model.Kinds() {
		e.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
		w.cluster.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	if w.report, err = e.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	return w
}

func typed(t testing.TB, u *unstructured.Unstructured) runtime.Object {
	t.Helper()
	o, err := scheme.Scheme.New(u.GroupVersionKind())
	if err != nil {
		t.Fatal(err)
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, o); err != nil {
		t.Fatal(err)
	}
	o.GetObjectKind().SetGroupVersionKind(u.GroupVersionKind())
	scheme.Scheme.Default(o)
	return o
}

func refOf(u *unstructured.Unstructured) model.Ref {
	k := u.GroupVersionKind()
	return model.Ref{Group: k.Group, Version: k.Version, Kind: k.Kind, Namespace: u.GetNamespace(), Name: u.GetName()}
}

// whole gives an object as it is.
func (w *world) whole(ref model.Ref) *unstructured.Unstructured {
	for _, u := range w.objects {
		if refOf(u) == ref {
			return u.DeepCopy()
		}
	}
	return nil
}

// before gives an object as a session would: masked.
func (w *world) before(ref model.Ref) *unstructured.Unstructured {
	u := w.whole(ref)
	mask.Object(u, detect.Default())
	return u
}

// findings lists those of some rules; all without one.
func (w *world) findings(rules ...string) []*model.Finding {
	var list []*model.Finding
	for f := range w.report.Findings.All() {
		if len(rules) == 0 || slices.Contains(rules, f.Rule.ID) {
			list = append(list, f)
		}
	}
	return list
}

func (w *world) fix(t testing.TB, rules ...string) *remedy.Fix {
	t.Helper()
	fix, err := remedy.ForServer(w.cluster, "v1.37.2", w.findings(rules...))
	if err != nil {
		t.Fatal(err)
	}
	return fix
}

// apply carries a plan out on whole objects.
func (w *world) apply(t testing.TB, plan model.Plan) map[model.Ref]*unstructured.Unstructured {
	t.Helper()
	all := map[model.Ref]*unstructured.Unstructured{}
	for _, u := range w.objects {
		all[refOf(u)] = u.DeepCopy()
	}
	for i, s := range plan.Steps {
		if s.Verb == model.Delete {
			delete(all, s.Ref)
			continue
		}
		_, text, err := rollout.Show(all[s.Ref], s)
		if err != nil {
			t.Fatalf("step %d, %s: %v", i, s.Ref, err)
		}
		all[s.Ref] = read(t, text)[0]
	}
	return all
}

// read parses a stream of YAML; comments alone are no document.
func read(t testing.TB, text []byte) []*unstructured.Unstructured {
	t.Helper()
	var list []*unstructured.Unstructured
	for _, doc := range bytes.Split(append([]byte("\n"), text...), []byte("\n---\n")) {
		var v any
		if err := yaml.Unmarshal(doc, &v); err != nil {
			t.Fatalf("%v\n%s", err, doc)
		}
		if m, ok := v.(map[string]any); ok {
			list = append(list, &unstructured.Unstructured{Object: m})
		}
	}
	return list
}

func make1(t testing.TB, in Input) map[string]File {
	t.Helper()
	files, err := Make(in)
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]File{}
	for _, f := range files {
		if _, ok := byName[f.Name]; ok {
			t.Errorf("two files are called %s", f.Name)
		}
		byName[f.Name] = f
	}
	return byName
}

// lines writes an object so that it can be compared: as its type, without what it does not say.
func lines(t testing.TB, u *unstructured.Unstructured) string {
	t.Helper()
	data, err := json.Marshal(typed(t, u))
	if err != nil {
		t.Fatal(err)
	}
	text, err := manifest.FromJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s\n%s", refOf(u), text)
}
