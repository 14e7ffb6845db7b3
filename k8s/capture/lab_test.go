package capture

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"
	kjson "sigs.k8s.io/json"

	"canopy/k8s/labtest"
	"canopy/model"
	"canopy/model/record"
)

// TestLab captures a real API server, and a user who may read one namespace only.
func TestLab(t *testing.T) {
	lab := labtest.Shared(t)
	ctx := context.Background()
	client := lab.Client(labtest.Admin)
	const canary = "CANARY-5c1e"
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "capture-test", Annotations: map[string]string{corev1.LastAppliedConfigAnnotation: canary}},
		Type: "example.com/x", StringData: map[string]string{"a": canary, "b": canary}}
	config := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "capture-test"}, Data: map[string]string{"key": canary}}
	if _, err := client.CoreV1().Secrets(labtest.TestNamespace).Create(ctx, secret, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.CoreV1().ConfigMaps(labtest.TestNamespace).Create(ctx, config, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := Write(ctx, &out, Export{Config: lab.Config(labtest.Canopy), Clock: model.FixedClock(time.Unix(0, 0)), Page: 20}); err != nil {
		t.Fatal(err)
	}
	s := openText(t, "lab.tar.gz", out.String())
	for _, p := range s.Problems() {
		t.Error(p)
	}
	for _, k := range model.Kinds() {
		if c := cover(s, k.Kind); c.State != model.Complete {
			t.Errorf("%s: %s %s", k.Kind, c.State, c.Reason)
		}
	}
	if strings.Contains(unpackAll(t, out.Bytes()), canary) {
		t.Error("a value was captured")
	}
	o := s.objects[keyOf(model.KindByName("Secret").Ref(labtest.TestNamespace, "capture-test"))]
	if o == nil {
		t.Fatal("the Secret is missing")
	}
	if r := o.record.(*record.Secret); r.Keys != 2 || r.Type != "example.com/x" {
		t.Errorf("%+v", r)
	}
	if s.info.Server == "" || len(s.objects) < 100 {
		t.Errorf("%q, %d objects", s.info.Server, len(s.objects))
	}

	out.Reset()
	if _, err := Write(ctx, &out, Export{Config: lab.Config(labtest.Namespaced), Namespaces: []string{labtest.TestNamespace}}); err != nil {
		t.Fatal(err)
	}
	s = openText(t, "one.tar.gz", out.String())
	if c := cover(s, "Node"); c.State != model.Denied || !strings.Contains(c.Reason, "not permitted") {
		t.Errorf("%+v", c)
	}
	if len(s.objects) == 0 || cover(s, "Pod").State != model.Denied {
		t.Errorf("%v", refs(s))
	}
	if _, err := Write(ctx, &out, Export{Config: lab.Config(labtest.Nobody)}); err == nil {
		t.Error("nothing is permitted, and that is no error")
	}
}

// TestLabOptional captures a kind that a server need not have, and reads back what was captured of such kinds.
func TestLabOptional(t *testing.T) {
	lab := labtest.Private(t)
	ctx := context.Background()
	client, err := dynamic.NewForConfig(lab.Config(labtest.Admin))
	if err != nil {
		t.Fatal(err)
	}
	kind := model.KindByName("ClusterNetworkPolicy")
	definition := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": kind.Resource + "." + kind.Group, "annotations": map[string]any{"api-approved.kubernetes.io": "unapproved, for a test"}},
		"spec": map[string]any{"group": kind.Group, "scope": "Cluster", "names": map[string]any{"plural": kind.Resource, "kind": kind.Kind},
			"versions": []any{map[string]any{"name": kind.Version, "served": true, "storage": true,
				"schema": map[string]any{"openAPIV3Schema": map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}}},
	}}
	if _, err := client.Resource(model.KindByName("CustomResourceDefinition").GVR()).Create(ctx, definition, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	policy := &unstructured.Unstructured{Object: map[string]any{"apiVersion": kind.GVK().GroupVersion().String(), "kind": kind.Kind,
		"metadata": map[string]any{"name": "p"}, "spec": map[string]any{"tier": "Admin", "priority": int64(7)}}}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if _, err = client.Resource(kind.GVR()).Create(ctx, policy, metav1.CreateOptions{}); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	manifest, err := Write(ctx, &out, Export{Config: lab.Config(labtest.Canopy)})
	if err != nil {
		t.Fatal(err)
	}
	if len(manifest.Unserved) != len(model.OptionalKinds())-1 {
		t.Errorf("unserved %v", manifest.Unserved)
	}
	s := openText(t, "optional.tar.gz", out.String())
	if got := optionals(s); len(got) != 1 || got[kind.GroupKind().String()] != model.Complete {
		t.Errorf("coverage %v", got)
	}
	o := s.objects[keyOf(kind.Ref("", "p"))]
	if o == nil {
		t.Fatalf("held %v", refs(s))
	}
	if spec, _ := o.record.(*record.Custom).Body["spec"].(map[string]any); spec["tier"] != "Admin" || spec["priority"] != int64(7) {
		t.Errorf("record %+v", o.record)
	}
}

// TestLabDefaults compares the defaults with those of a real API server, which fills them in on a dry run.
func TestLabDefaults(t *testing.T) {
	lab := labtest.Shared(t)
	ctx := context.Background()
	client := lab.Client(labtest.Admin)
	dry := metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}}
	check := func(what string, sent, got runtime.Object) {
		t.Helper()
		setDefaults(sent)
		if a, b := describe(t, sent), describe(t, got); a != b {
			t.Errorf("%s:\nours   %s\nserver %s", what, a, b)
		}
	}
	for _, body := range []string{
		`{"containers":[{"name":"c","image":"i","ports":[{"containerPort":80}],"env":[{"name":"N","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}],"livenessProbe":{"httpGet":{"port":80}},"resources":{"limits":{"cpu":"1"}}}],"automountServiceAccountToken":false}`,
		`{"hostNetwork":true,"containers":[{"name":"c","image":"i:1","ports":[{"containerPort":80}]}],"volumes":[{"name":"e","emptyDir":{}},{"name":"h","hostPath":{"path":"/"}},{"name":"s","secret":{"secretName":"x"}},{"name":"c","configMap":{"name":"x"}},{"name":"d","downwardAPI":{"items":[{"path":"p","fieldRef":{"fieldPath":"metadata.name"}}]}},{"name":"p","projected":{"sources":[{"serviceAccountToken":{"path":"t"}}]}}],"initContainers":[{"name":"i","image":"r:5000/i","lifecycle":null}],"automountServiceAccountToken":false}`,
	} {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "x"}}
		must(kjson.UnmarshalCaseSensitivePreserveInts([]byte(body), &pod.Spec))
		got, err := client.CoreV1().Pods(labtest.TestNamespace).Create(ctx, pod.DeepCopy(), dry)
		if err != nil {
			t.Fatal(err)
		}
		// What admission adds is not ours to add.
		got.Spec.ServiceAccountName, got.Spec.DeprecatedServiceAccount = "", ""
		got.Spec.Tolerations, got.Spec.Priority, got.Spec.PreemptionPolicy = nil, nil, nil
		got.Status = pod.Status
		check("pod", pod, got)
	}
	service := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: "x"}, Spec: corev1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer, Ports: []corev1.ServicePort{{Port: 80}}}}
	got, err := client.CoreV1().Services(labtest.TestNamespace).Create(ctx, service.DeepCopy(), dry)
	if err != nil {
		t.Fatal(err)
	}
	got.Spec.ClusterIP, got.Spec.ClusterIPs, got.Spec.IPFamilies, got.Spec.IPFamilyPolicy, got.Spec.Ports[0].NodePort = "", nil, nil, nil, 0
	check("service", service, got)
	policy := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: "x"}}
	must(kjson.UnmarshalCaseSensitivePreserveInts([]byte(`{"podSelector":{},"egress":[{"ports":[{"port":53}]}]}`), &policy.Spec))
	made, err := client.NetworkingV1().NetworkPolicies(labtest.TestNamespace).Create(ctx, policy.DeepCopy(), dry)
	if err != nil {
		t.Fatal(err)
	}
	check("policy", policy, made)
}

// describe writes down the spec of an object.
func describe(t testing.TB, o runtime.Object) string {
	t.Helper()
	tree, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(tree["spec"])
}
