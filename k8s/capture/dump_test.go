package capture

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"canopy/model"
)

func listOf(items ...string) string {
	return `{"apiVersion":"v1","items":[` + strings.Join(items, ",") + `],"kind":"List","metadata":{"resourceVersion":""}}`
}

// TestCoverage holds what each kind of input says of kinds that it does not hold.
func TestCoverage(t *testing.T) {
	service := `{"apiVersion":"v1","kind":"Service","metadata":{"name":"s","uid":"1","resourceVersion":"1"}}`
	role := `{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"r","uid":"1"}}`
	info := []entry{{name: "d/nodes.json", text: `{"kind":"NodeList","apiVersion":"v1","items":[{"metadata":{"name":"n"}}]}`}}
	for _, ns := range []string{"default", "kube-system"} {
		for _, k := range []string{"Event", "ReplicationController", "Service", "DaemonSet", "Deployment", "ReplicaSet", "Pod"} {
			api := "v1"
			if strings.HasSuffix(k, "Set") || k == "Deployment" {
				api = "apps/v1"
			}
			file := strings.ToLower(k) + "s.json"
			if k == "ReplicationController" {
				file = "replication-controllers.json"
			}
			info = append(info, entry{name: "d/" + ns + "/" + file, text: `{"kind":"` + k + `List","apiVersion":"` + api + `","items":null}`})
		}
		info = append(info, entry{name: "d/" + ns + "/x/logs.txt", text: "==== START logs"})
	}
	all := append([]entry(nil), info...)
	all = append(all, entry{name: "d/shop/pods.json", text: `{"kind":"PodList","apiVersion":"v1","items":null}`})
	gather := []entry{{name: "m/q/cluster-scoped-resources/core/nodes/n.yaml", text: "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n"}, {name: "m/q/namespaces/shop/core/pods.yaml", text: "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: p, namespace: shop}\n"}}
	tests := []struct {
		name, text                     string
		pod, role, deployment, nodeSet model.CoverState
	}{
		{"manifests", podA, "complete", "complete", "complete", "complete"},
		{"list by hand", listOf(jsonA), "complete", "complete", "complete", "complete"},
		{"get all", listOf(strings.Replace(jsonA, `"name":"a"`, `"name":"a","uid":"1"`, 1), service), "complete", "absent", "complete", "absent"},
		{"get services and roles", listOf(service, role), "absent", "complete", "absent", "absent"},
		{"get pods", listOf(strings.Replace(jsonA, `"name":"a"`, `"name":"a","uid":"1"`, 1)), "complete", "absent", "absent", "absent"},
		{"get all beside manifests", listOf(service) + "\n" + jsonA, "complete", "complete", "complete", "complete"},
		{"info dump", string(makeTar(t, info...)), "partial", "absent", "partial", "partial"},
		{"info dump of all", string(makeTar(t, all...)), "complete", "absent", "complete", "complete"},
		{"must-gather", string(makeTar(t, gather...)), "partial", "absent", "absent", "partial"},
		{"bad document", podA + "---\nkind: [\n", "partial", "partial", "partial", "partial"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := openText(t, "f", tt.text)
			for kind, want := range map[string]model.CoverState{"Pod": tt.pod, "Role": tt.role, "Deployment": tt.deployment, "Node": tt.nodeSet} {
				if c := cover(s, kind); c.State != want || (c.Reason == "") != (want == model.Complete) {
					t.Errorf("%s: %s %q, want %s", kind, c.State, c.Reason, want)
				}
			}
		})
	}
}

// TestMemory looks that nothing a source keeps leads to the value of a Secret or to kubectl's copy.
func TestMemory(t *testing.T) {
	const canary = "Q0FOQVJZ"
	secret := `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"data\":\"Q0FOQVJZ\"}"}},"data":{"a":"Q0FOQVJZ"},"stringData":{"b":"Q0FOQVJZ"}}`
	texts := map[string]string{
		"yaml":        "apiVersion: v1\nkind: Secret\nmetadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {\"data\":\n      \"Q0FOQVJZ\"}\n  name: s\ndata:\n  # Comment\n  a: Q0FOQVJZ\nstringData:\n  b: >-\n    Q0FOQVJZ\n\n    -Q0FOQVJZ\n  c: \"Q0FOQVJZ\n    +Q0FOQVJZ\"\ntype: Opaque\n",
		"flow":        "apiVersion: v1\nkind: Secret\nmetadata: {name: s, annotations: {kubectl.kubernetes.io/last-applied-configuration: Q0FOQVJZ}}\ndata: {a: Q0FOQVJZ}\nstringData: {b: Q0FOQVJZ}\n",
		"anchors":     "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  a: &x Q0FOQVJZ\nstringData:\n  b: *x\n",
		"json":        secret,
		"escaped":     strings.Replace(secret, `"Secret"`, `"\u0053ecret"`, 1),
		"list":        listOf(secret),
		"typed":       `{"apiVersion":"v1","kind":"SecretList","items":[` + strings.NewReplacer(`"apiVersion":"v1",`, "", `"kind":"Secret",`, "").Replace(secret) + `]}`,
		"late":        `{"items":[` + strings.NewReplacer(`"apiVersion":"v1",`, "", `"kind":"Secret",`, "").Replace(secret) + `],"apiVersion":"v1","kind":"SecretList"}`,
		"yaml typed":  "apiVersion: v1\nkind: SecretList\nitems:\n- metadata: {name: s}\n  data: {a: Q0FOQVJZ, b: Q0FOQVJZ}\n",
		"number data": "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  a: Q0FOQVJZ\n  b: ''\n",
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			s := openText(t, "f", text)
			if got := fmt.Sprint(refs(s)); got != "[default/Secret/s]" {
				t.Fatal(got, s.Problems())
			}
			for _, o := range s.objects {
				data, err := o.text.packed.unpack()
				if err != nil || strings.Contains(string(data), canary) {
					t.Errorf("kept: %v %s", err, data)
				}
				if n := fmt.Sprintf("%+v", o.record); strings.Contains(n, canary) {
					t.Error(n)
				}
				tree, err := s.tree(o)
				if err != nil || strings.Contains(fmt.Sprint(tree), canary) {
					t.Errorf("given: %v %v", err, tree)
				}
			}
		})
	}
}

func TestLocate(t *testing.T) {
	text := `# head
apiVersion: v1
kind: Pod
metadata:
  name: a
---
apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: web
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: |
        {
        }
      example.com/a.b: x
  spec:
    template:
      spec:
        containers:
        - name: one
          image: i
        - name: two
          securityContext:
            privileged: true
`
	web := model.KindByName("Deployment").Ref("default", "web")
	paths := map[string]int{"": 10, "metadata.name": 13, "metadata.annotations.example.com/a.b": 18, `metadata.annotations["example.com/a.b"]`: 18,
		"spec.template.spec.containers[0]": 23, "spec.template.spec.containers[1].securityContext.privileged": 27,
		"spec.template.spec.containers[0].securityContext.privileged": 23, "spec.template.spec.containers[7]": 22, "spec.none": 19}
	dir := t.TempDir()
	in := filepath.Join(dir, "f.yaml")
	must(os.WriteFile(in, []byte(text), 0o600))
	s, err := Open(context.Background(), []string{in}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range paths {
		if name, line, ok := s.Locate(web, path); name != in || line != want || !ok {
			t.Errorf("%s: %s:%d %v, want %d", path, name, line, ok, want)
		}
	}
	if _, line, _ := s.Locate(model.KindByName("Pod").Ref("default", "a"), "metadata.name"); line != 5 {
		t.Errorf("pod: %d", line)
	}
	indented := "{\n \"apiVersion\": \"v1\",\n \"kind\": \"List\",\n \"items\": [\n  {\n   \"apiVersion\": \"v1\",\n   \"kind\": \"Pod\",\n   \"metadata\": {\n    \"name\": \"p\"\n   },\n   \"spec\": {\n    \"hostNetwork\": true\n   }\n  }\n ]\n}\n"
	s = openText(t, "f.json", indented)
	for path, want := range map[string]int{"": 5, "metadata.name": 9, "spec.hostNetwork": 12, "spec.containers[0]": 11} {
		if _, line, _ := s.Locate(model.KindByName("Pod").Ref("default", "p"), path); line != want {
			t.Errorf("%s: %d, want %d", path, line, want)
		}
	}
}

func TestEvents(t *testing.T) {
	s := openText(t, "f", `{"apiVersion":"v1","kind":"Event","metadata":{"name":"a"},"involvedObject":{"apiVersion":"v1","kind":"Pod","name":"p","namespace":"n"},"message":"m","lastTimestamp":"2026-01-02T00:00:00Z"}
{"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"b"},"regarding":{"apiVersion":"v1","kind":"Node","name":"x"},"note":"n","eventTime":"2026-01-01T00:00:00.000000Z"}`)
	events, dropped := s.Events()
	if len(events) != 2 || dropped != 0 || events[0].Message != "n" || events[1].Object.String() != "n/Pod/p" || events[0].Object.String() != "Node/x" {
		t.Errorf("%+v %d", events, dropped)
	}
}

// TestOwnCapture reads captures of ours that were cut off or changed.
func TestOwnCapture(t *testing.T) {
	marker := entry{name: markerName, text: "x"}
	pods := entry{name: "objects/core/pods.json", text: jsonA + "\n"}
	manifest := func(sum string) entry {
		return entry{name: manifestName, text: `{"format":"canopy-capture","version":1,"server":"v1.37.2","time":"2026-01-01T00:00:00Z","kinds":[{"kind":"Pod","version":"v1","state":"complete"},{"kind":"Secret","version":"v1","state":"denied","reason":"not permitted"}],"files":[{"name":"objects/core/pods.json","sha256":"` + sum + `"}]}`}
	}
	extra := entry{name: "extra/findings.json", text: "[]"}
	good := "e0ce2adb1c4bdf9d8e2da5a5ff8bb1b4b3c1f9d3"
	s := openText(t, "f", string(makeTar(t, marker, pods, extra, manifest(good))))
	if len(s.Problems()) != 1 || !strings.Contains(s.Problems()[0].Message, "SHA-256") || cover(s, "Pod").State != model.Partial {
		t.Errorf("%v", s.Problems())
	}
	if cover(s, "Secret").State != model.Denied || cover(s, "Role").State != model.Absent || s.info.Server != "v1.37.2" {
		t.Errorf("%+v", s.coverage)
	}
	s = openText(t, "f", string(makeTar(t, marker, pods)))
	if len(s.Problems()) != 1 || !strings.Contains(s.Problems()[0].Message, "cut off") || cover(s, "Role").State != model.Partial {
		t.Errorf("%v", s.Problems())
	}
	s = openText(t, "f", string(makeTar(t, marker, manifest(good))))
	if len(s.Problems()) != 1 || !strings.Contains(s.Problems()[0].Message, "not there") {
		t.Errorf("%v", s.Problems())
	}
}
