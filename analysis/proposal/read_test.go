package proposal

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"canopy/analysis/rollout"
	"canopy/model"
	"canopy/model/cluster"
)

const web = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}
  template:
    metadata: {labels: {app: web}}
    spec:
      nodeSelector: {disk: ssd}
      containers:
      - name: app
        image: web:1
        ports: [{containerPort: 53, protocol: UDP}, {containerPort: 53, protocol: TCP}, {containerPort: 80}]
        env: [{name: A, value: a}, {name: B, valueFrom: {secretKeyRef: {name: s, key: k}}}]
        livenessProbe: {exec: {command: [ls]}, periodSeconds: 5}
        securityContext: {privileged: true, capabilities: {add: [ALL]}}
      - {name: side, image: side:1}
      volumes: [{name: data, hostPath: {path: /}}, {name: other, emptyDir: {}}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: some, namespace: shop}
spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web, tier: front}, ports: [{name: a, port: 80}]}
---
apiVersion: v1
kind: Secret
metadata: {name: s, namespace: shop}
type: Opaque
data: {k: aGlkZGVu}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
`

func TestOrderAndVerbs(t *testing.T) {
	p := read(t, holding(t, web), `# everything, the wrong way round
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec: {podSelector: {}}
---
apiVersion: v1
kind: List
items:
- {apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 3}}
- {apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: "system:x"}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: x}}
---
{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleList", "items": [{"metadata": {"name": "x"}, "rules": []}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: other}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: servers.policy.linkerd.io}
spec: {}
---
apiVersion: policy.linkerd.io/v1beta1
kind: Server
metadata: {name: s}
spec: {anything: goes}
---
apiVersion: v1
kind: Namespace
metadata: {name: other, namespace: ignored}
---
apiVersion: v1
kind: Service
metadata: {name: web}
status: {loadBalancer: {ingress: [{ip: 1.2.3.4}]}}
`)
	if len(p.Problems) > 0 {
		t.Fatal(told(p))
	}
	want := []string{"create Namespace/other", "create CustomResourceDefinition/servers.policy.linkerd.io", "create shop/ServiceAccount/web", "create other/ConfigMap/c",
		"create shop/Role/x", "create shop/RoleBinding/system:x", "patch strategic-merge shop/Service/web", "patch strategic-merge shop/Deployment/web",
		"create shop/NetworkPolicy/deny", "create shop/Server/s"}
	if d := cmp.Diff(want, steps(p)); d != "" {
		t.Error(d)
	}
	if p.Plan.Title != "Apply 10 objects" {
		t.Errorf("title %q", p.Plan.Title)
	}
	if server := p.Plan.Steps[9]; server.Ref.Version != "v1beta1" {
		t.Errorf("a custom kind goes at version %q", server.Ref.Version)
	}
	joined := strings.Join(p.Assumptions, "\n")
	for _, part := range []string{"leaves out stay as they are", "kubectl apply would also remove", "status of shop/Service/web"} {
		if !strings.Contains(joined, part) {
			t.Errorf("no assumption says %q:\n%s", part, joined)
		}
	}
	if strings.Contains(joined, "namespace") {
		t.Errorf("the text makes the namespace:\n%s", joined)
	}
}

func TestProblemsNameDocumentLineAndField(t *testing.T) {
	for _, c := range []struct {
		about, text string
		want        []string
	}{
		{"nothing", "# only this\n---\n", []string{"0:0: the text holds no document"}},
		{"no object", "- a\n", []string{"1:1: this is no object: it wants fields, with apiVersion, kind and metadata among them"}},
		{"no kind", "apiVersion: v1\nmetadata: {name: x}\n", []string{"1:1: kind: it is missing"}},
		{"no version", "kind: Pod\napiVersion: 1\n", []string{"1:2: apiVersion: it is no text"}},
		{"no name", "apiVersion: v1\nkind: Pod\nmetadata:\n  labels: {}\n", []string{"1:3: metadata.name: it is missing"}},
		{"no metadata", "apiVersion: v1\nkind: Pod\n", []string{"1:1: metadata: it is missing, and the name with it"}},
		{"generated", "apiVersion: batch/v1\nkind: Job\nmetadata:\n  generateName: x-\n", []string{"1:4: metadata.generateName: the server makes up another name each time, so what would come of it cannot be told, nor taken back: give it a name"}},
		{"a name that is none", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: A_b\n", []string{"1:4: metadata.name: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"}},
		{"a path", "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a/b}\n", []string{"1:3: metadata.name: may not contain '/'"}},
		{"a name without quotes", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: y\n", []string{"1:4: metadata.name: it is no text, or empty: a name like n or 1e3 needs quotes"}},
		{"a namespace without quotes", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n  namespace: 1e3\n", []string{"1:5: metadata.namespace: it is no text: a name like n or 1e3 needs quotes"}},
		{"an old version", "apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: x}\n", []string{"1:2: kind: \"extensions/v1beta1\" has no kind \"Deployment\": write apiVersion apps/v1, kind Deployment"}},
		{"an older version", "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: x}\n", []string{"1:1: apiVersion: policy/v1beta1 PodDisruptionBudget is read as policy/v1 only: write that"}},
		{"a misspelt kind", "apiVersion: v1\nkind: deployment\nmetadata: {name: x}\n", []string{"1:2: kind: \"v1\" has no kind \"deployment\": write apiVersion apps/v1, kind Deployment"}},
		{"a kind of somebody else", "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: x}\n", []string{"1:2: kind: Canopy does not read the kind \"Service\" of \"serving.knative.dev/v1\", so what applying it would change cannot be told: it is left out"}},
		{"a file of a tool", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n", []string{"1:2: kind: this is the file of a tool, and no object of a cluster"}},
		{"unknown fields", "a: 1\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec:\n  replica: 2\n  template:\n    spec:\n      containers:\n      - name: a\n        imag: b\n", []string{
			"1:1: apiVersion: it is missing", "2:7: spec.replica: Deployment has no such field", "2:12: spec.template.spec.containers[0].imag: Deployment has no such field"}},
		{"wrong types", "apiVersion: v1\nkind: List\nitems:\n- apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: x}\n  spec:\n    replicas: \"2\"\n    paused: 1\n    template:\n      spec:\n        containers:\n          name: a\n        hostNetwork: \"yes\"\n        volumes: x\n", []string{
			"1:9: items[0].spec.paused: it holds a number and wants true or false", "1:8: items[0].spec.replicas: it holds a string and wants a whole number",
			"1:12: items[0].spec.template.spec.containers: it holds a object and wants a list", "1:14: items[0].spec.template.spec.hostNetwork: it holds a string and wants true or false",
			"1:15: items[0].spec.template.spec.volumes: it holds a string and wants a list"}},
		{"a quantity", "apiVersion: v1\nkind: LimitRange\nmetadata: {name: x}\nspec:\n  limits:\n  - type: Container\n    max: {cpu: 1, memory: much}\n", []string{
			"1:7: spec.limits[0].max.memory: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"}},
		{"an item without its key", "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n  - image: a\n", []string{"1:6: spec.containers[0]: name is missing, by which items of this list are told apart"}},
		{"twice", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: shop}\n", []string{"2:5: shop/ConfigMap/x stands twice: in document 1 too, which is the one that is taken"}},
		{"a key that stands twice", "apiVersion: v1\nkind: ConfigMap\nkind: Pod\n", []string{"1:3: the key \"kind\" stands twice"}},
		{"no YAML", "a: 1\n---\nb: [\n", []string{"1:1: apiVersion: it is missing", "2:3: the YAML cannot be read: did not find expected node content"}},
		{"a template", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n", []string{"1:4: this is a template ({{ }}), and no YAML before it is rendered: change the template by hand, or render it first"}},
		{"no text", "a: \xff\n", []string{"0:1: this is not UTF-8 text"}},
		{"a list that is none", "apiVersion: v1\nkind: List\nitems: x\n", []string{"1:3: items: this is no list"}},
		{"directives for something new", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  $patch: replace\n", []string{"1:5: data.$patch: this says how to merge, and there is nothing yet to merge with"}},
		{"a deletion of nothing", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n$patch: delete\n", []string{"1:4: $patch: what it is to delete is not there"}},
		{"a replacement", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n$patch: replace\n", []string{"1:4: $patch: on a whole object only delete is understood"}},
		{"Windows", "apiVersion: v1\r\nkind: ConfigMap\r\nmetadata:\r\n  name: x\r\ndata:\r\n  a: 1\r\n", []string{"1:6: data.a: it holds a number and wants a text: put it in quotes"}},
	} {
		p := read(t, holding(t, web), c.text)
		if d := cmp.Diff(c.want, told(p)); d != "" {
			t.Errorf("%s: %s", c.about, d)
		}
		if c.about != "twice" && len(p.Plan.Steps) > 0 {
			t.Errorf("%s: steps %v", c.about, steps(p))
		}
	}
}

func TestBounds(t *testing.T) {
	c := cluster.New()
	var b strings.Builder
	for i := range MaxObjects + 1 {
		fmt.Fprintf(&b, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c%d}\n---\n", i)
	}
	items := "apiVersion: v1\nkind: List\nitems:\n" + strings.Repeat("- {apiVersion: v1, kind: ConfigMap}\n", MaxObjects+5)
	nested := strings.Repeat(`{"apiVersion": "v1", "kind": "List", "items": [`, 6) + strings.Repeat("]}", 6)
	for name, text := range map[string]string{"size": strings.Repeat("a", MaxText+1), "documents": b.String(), "items": items, "nesting": nested} {
		if p := read(t, c, text); len(p.Problems) != 1 || !strings.Contains(p.Problems[0].Text, "more than") && !strings.Contains(p.Problems[0].Text, "larger than") || len(p.Plan.Steps) > 0 {
			t.Errorf("%s: %d problems, %.200v", name, len(p.Problems), told(p))
		}
	}
}

func TestWhatWasNotSeen(t *testing.T) {
	c := cluster.New()
	c.Cover(model.Coverage{Kind: kindNamed("ConfigMap"), State: model.Denied})
	p := read(t, c, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")
	if len(p.Assumptions) != 1 || p.Assumptions[0] != "Not every ConfigMap was seen (denied): shop/ConfigMap/x is taken for new." {
		t.Error(p.Assumptions)
	}
	p = read(t, holding(t, web), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: nowhere}\n")
	if len(p.Assumptions) != 1 || !strings.HasPrefix(p.Assumptions[0], `There is no namespace "nowhere" yet`) {
		t.Error(p.Assumptions)
	}
}

func TestSecretValuesAreNotKept(t *testing.T) {
	text := `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Secret
  metadata:
    name: fresh
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: '{"data":{"a":"c2VjcmV0dmFsdWU="}}'
  data: {a: c2VjcmV0dmFsdWU=}
  stringData: {b: secretvalue, c: ""}
- apiVersion: v1
  kind: Secret
  metadata: {name: s, labels: {x: z}}
  stringData: {k: secretvalue}
`
	p := read(t, holding(t, web), text)
	if len(p.Problems) > 0 || len(p.Plan.Steps) != 2 || len(p.Masked) != 2 {
		t.Fatal(told(p), steps(p), p.Masked)
	}
	for _, s := range p.Plan.Steps {
		for _, value := range []string{"secretvalue", "c2VjcmV0dmFsdWU"} {
			if strings.Contains(string(s.Body), value) {
				t.Errorf("the plan holds %s: %s", value, s.Body)
			}
		}
	}
	made := body(t, p.Plan.Steps[0])
	if keys := made["stringData"].(map[string]any); len(keys) != 2 || made["data"].(map[string]any)["a"] == nil {
		t.Errorf("the keys are gone: %v", made)
	}
	if changed := body(t, p.Plan.Steps[1]); changed["stringData"] != nil || changed["data"] != nil {
		t.Errorf("the patch would write a mask into a Secret: %v", changed)
	}
	if !strings.Contains(strings.Join(p.Assumptions, "\n"), "values of Secrets are not read") {
		t.Error(p.Assumptions)
	}
	p = read(t, holding(t, web), "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\ndata:\n  a: secret value\n  b: 4711\nstringData:\n  c: 4711\n  d: {e: 4711}\n")
	want := []string{"1:5: data[a]: it is not written in base64: put it under stringData to write it plainly", "1:6: data[b]: it is no text: a number or a boolean needs quotes",
		"1:8: stringData[c]: it is no text: a number or a boolean needs quotes", "1:9: stringData[d]: it is no text: a number or a boolean needs quotes"}
	if d := cmp.Diff(want, told(p)); d != "" {
		t.Error(d)
	}
}

// TestPatchComesToWhatTheDocumentSays plays each patch, and compares a part of what comes out.
func TestPatchComesToWhatTheDocumentSays(t *testing.T) {
	c := holding(t, web)
	const head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n"
	for _, tc := range []struct {
		about, text string
		want        map[string]string
	}{
		{"what is left out stays", head + "  replicas: 3\n  template: {spec: {containers: [{name: app, image: 'web:2', securityContext: {capabilities: {drop: [ALL]}}}]}}\n", map[string]string{
			"spec.replicas": "3", "spec.template.spec.containers": `app web:2 [add:[ALL] drop:[ALL]] true; side side:1`}},
		{"one of two ports with the same number", head + "  template: {spec: {containers: [{name: app, ports: [{containerPort: 53, protocol: TCP, hostPort: 53}]}]}}\n", map[string]string{
			"ports": "53/TCP/53 53/UDP 80/TCP"}},
		{"a source of a variable for a value", head + "  template: {spec: {containers: [{name: app, env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}, {name: B, value: b}]}]}}\n", map[string]string{
			"env": "A=from:field B=b"}},
		{"another probe", head + "  template: {spec: {containers: [{name: app, livenessProbe: {httpGet: {port: 80}}}]}}\n", map[string]string{"probe": "http 5"}},
		{"another volume", head + "  template: {spec: {volumes: [{name: data, emptyDir: {}}, {name: new, configMap: {name: c}}]}}\n", map[string]string{"volumes": "data:empty new:config other:empty"}},
		{"another node selector", head + "  template: {spec: {nodeSelector: {zone: a}}}\n", map[string]string{"nodes": "map[zone:a]"}},
		{"a container goes", head + "  template: {spec: {containers: [{name: side, $patch: delete}]}}\n", map[string]string{"spec.template.spec.containers": "app web:1 [add:[ALL] drop:[]] true"}},
		{"a policy for all pods", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: some}\nspec: {podSelector: {}}\n", map[string]string{"policy": "map[]"}},
		{"a policy for others", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: some}\nspec: {podSelector: {matchLabels: {tier: x}}}\n", map[string]string{"policy": "map[tier:x]"}},
		{"another service selector", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{name: a, port: 80, protocol: UDP}]}\n", map[string]string{"service": "map[app:web] 80/UDP"}},
	} {
		p := read(t, c, tc.text)
		if len(p.Problems) > 0 || len(p.Plan.Steps) != 1 {
			t.Errorf("%s: %v", tc.about, told(p))
			continue
		}
		changes, _, err := rollout.Expand(c, p.Plan)
		if err != nil {
			t.Errorf("%s: %v\n%s", tc.about, err, p.Plan.Steps[0].Body)
			continue
		}
		for what, want := range tc.want {
			if got := shown(changes, what); got != want {
				t.Errorf("%s: %s is %q, want %q\n%s", tc.about, what, got, want, p.Plan.Steps[0].Body)
			}
		}
	}
}

// The records keep no strategy, so this cannot be played.
func TestAnotherStrategyDropsTheSettingsOfTheOld(t *testing.T) {
	p := read(t, holding(t, web), "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {strategy: {type: Recreate}}\n")
	if len(p.Problems) > 0 || !strings.Contains(string(p.Plan.Steps[0].Body), `"strategy":{"rollingUpdate":null,"type":"Recreate"}`) {
		t.Errorf("%v %s", told(p), p.Plan.Steps[0].Body)
	}
}

func TestKustomizeDeletion(t *testing.T) {
	p := read(t, holding(t, web), "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n$patch: delete\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n")
	if d := cmp.Diff([]string{"create shop/ConfigMap/web", "delete shop/Service/web"}, steps(p)); d != "" || len(p.Problems) > 0 {
		t.Error(d, told(p))
	}
}

// FuzzRead takes whatever comes; nothing of a Secret gets into the plan.
func FuzzRead(f *testing.F) {
	for _, s := range []string{web, "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Secret, metadata: {name: x}, data: {a: U0VDUkVU}}]\n", "{\"apiVersion\": \"v1\"}{}", "a: &a [*a]", "$patch: delete"} {
		f.Add([]byte(s))
	}
	c := holding(f, web)
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Read(c, text, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Plan.Steps {
			if s.Verb != model.Delete && len(s.Body) == 0 || s.Ref.Name == "" {
				t.Errorf("a step without a body or a name: %+v", s)
			}
			if s.Ref.Kind == "Secret" && strings.Contains(string(s.Body), "U0VDUkVU") {
				t.Errorf("a value got into the plan: %s", s.Body)
			}
		}
		_, _, _ = rollout.Expand(c, p.Plan)
	})
}
