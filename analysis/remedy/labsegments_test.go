package remedy

import (
	"encoding/json"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"canopy/k8s/labtest"
	"canopy/model"
	"canopy/model/cluster"
)

// TestLabSegments carries the fixes of findings on the network out on a real API server, with the very commands that the
// documents name and in their order. What the server holds then is judged again.
func TestLabSegments(t *testing.T) {
	control := labtest.Private(t, labtest.WithComponents("etcd", "apiserver", "controller-manager"))
	t.Setenv("KUBECONFIG", control.Kubeconfig(labtest.Admin))
	l := lab{t, t.TempDir()}
	l.write("all.yaml", segmentDocs(t))
	l.kubectl("kubectl create -f all.yaml")
	var c *cluster.Cluster
	l.until(func() bool {
		c = l.readSegments()
		return c.Len(model.KindByName("Pod").GroupKind()) >= 4
	})
	held := parted(t, c).held
	asked := map[string]bool{}
	var findings []*model.Finding
	for _, id := range keysOf(held) {
		f := held[id]
		if segmented(f.Rule.ID) && f.Rule.Fix == "yaml" && (f.Object.Namespace == "shop" || f.Object.Name == "shop") {
			findings = append(findings, f)
			asked[f.Rule.ID] = true
		}
	}
	for _, rule := range []string{"NW01", "NW02", "NW03", "NW04", "NW05", "NW06", "NW08", "NW09", "NW11", "NW12", "NW15", "NW16", "NW18"} {
		if !asked[rule] {
			t.Errorf("no finding of %s: %v", rule, keysOf(held))
		}
	}
	fix, err := ForServer(c, testServer, findings)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range fix.Documents {
		l.write(d.File, [][]byte{d.YAML})
		if out := l.kubectl(d.Command); strings.Contains(out, "Warning") || !strings.Contains(out, "patched") && !strings.Contains(out, "created") && !strings.Contains(out, "deleted") {
			t.Errorf("%s: %s", d.Command, out)
		}
	}
	after := parted(t, l.readSegments()).held
	noted := map[string]bool{}
	for _, n := range fix.Notes {
		noted[n.Finding] = true
	}
	for _, f := range findings {
		if after[f.ID] != nil && !noted[f.ID] {
			t.Errorf("%s goes on: %v", f.ID, after[f.ID].Proof.Evidence())
		}
	}
	for id := range after {
		if held[id] == nil && !strings.Contains(text(fix), id) {
			t.Errorf("%s begins and is not told", id)
		}
	}
	if t.Failed() {
		t.Log(text(fix))
	}
}

// segmentDocs are the objects of the test, as they are written: a namespace with three owners of pods, of which only one is
// isolated, policies that say too much or nothing, and ways in.
func segmentDocs(t *testing.T) [][]byte {
	t.Helper()
	deploy := func(namespace, name string, port string) string {
		return "kind: Deployment\nmetadata: {name: " + name + ", namespace: " + namespace + "}\nspec: {selector: {matchLabels: {app: " + name + "}}, template: {metadata: {labels: {app: " + name + "}}, spec: {automountServiceAccountToken: false, containers: [{name: c, image: i, ports: [{name: http, containerPort: " + port + "}], resources: {requests: {cpu: 10m, memory: 16Mi}}}]}}}\n---\n"
	}
	scenes := segmentScenes()
	var more string
	for _, rule := range []string{"NW04", "NW05", "NW06", "NW09", "NW12", "NW16", "NW18"} {
		more += scenes[rule][0]
	}
	more += strings.Replace(scenes["NW11"][0], "type: kubernetes.io/tls", "type: kubernetes.io/tls\ndata: {tls.crt: '', tls.key: ''}", 1)
	more += strings.Replace(scenes["NW08"][0], "{name: web}", "{name: ports}", 1)
	text := "kind: Namespace\nmetadata: {name: shop}\n---\nkind: Namespace\nmetadata: {name: other}\n---\n" +
		deploy("shop", "web", "8080") + deploy("shop", "api", "8081") + deploy("shop", "db", "5432") + deploy("other", "batch", "1") + more
	var docs [][]byte
	for _, o := range manifests(t, text) {
		name := o.GetObjectKind().GroupVersionKind().Kind
		k := model.KindByName(name)
		if k == nil {
			t.Fatalf("%T has no kind", o)
		}
		data, err := yaml.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, data, []byte("---\n"))
	}
	return docs
}

// readSegments takes in what decides who reaches whom.
func (l lab) readSegments() *cluster.Cluster {
	l.Helper()
	var list struct{ Items []json.RawMessage }
	if err := json.Unmarshal([]byte(l.kubectl("kubectl get deployments,replicasets,pods,nodes,namespaces,services,endpointslices,networkpolicies,ingresses,secrets,resourcequotas,limitranges -A -o json")), &list); err != nil {
		l.Fatal(err)
	}
	var objects []runtime.Object
	for _, data := range list.Items {
		var meta metav1.TypeMeta
		if err := json.Unmarshal(data, &meta); err != nil {
			l.Fatal(err)
		}
		obj := map[string]runtime.Object{"Deployment": &appsv1.Deployment{}, "ReplicaSet": &appsv1.ReplicaSet{}, "Pod": &corev1.Pod{}, "Node": &corev1.Node{}, "Namespace": &corev1.Namespace{},
			"Service": &corev1.Service{}, "EndpointSlice": &discoveryv1.EndpointSlice{}, "NetworkPolicy": &networkingv1.NetworkPolicy{}, "Ingress": &networkingv1.Ingress{}, "Secret": &corev1.Secret{},
			"ResourceQuota": &corev1.ResourceQuota{}, "LimitRange": &corev1.LimitRange{}}[meta.Kind]
		if err := json.Unmarshal(data, obj); err != nil {
			l.Fatal(err)
		}
		objects = append(objects, obj)
	}
	return seen(l.T, objects...)
}
