package mask_test

import (
	"encoding/json"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"canopy/model/mask"
)

// canary stands in the manifests below wherever a secret could.
const canary = "CANARY-7f3a"

const podSpec = `
    serviceAccountName: web
    nodeSelector: {env: prod}
    volumes:
    - {name: creds, secret: {secretName: web-creds}}
    - {name: flex, flexVolume: {driver: x/y, options: {user: CANARY-7f3a}}}
    initContainers:
    - name: init
      image: busybox:1.36
      command: [sh, -c, "echo CANARY-7f3a"]
    ephemeralContainers:
    - name: debug
      args: ["--key=CANARY-7f3a"]
      env: [{name: A, value: CANARY-7f3a}]
    containers:
    - name: web
      image: registry.example/web:1.4
      command: ["/bin/web", "--token", "CANARY-7f3a"]
      args: ["$(TOKEN)", "-p=CANARY-7f3a", ""]
      workingDir: /srv
      ports: [{containerPort: 8080}]
      env:
      - {name: STRIPE_API_KEY, value: CANARY-7f3a}
      - {name: EMPTY, value: ""}
      - name: FROM
        valueFrom: {secretKeyRef: {name: web-creds, key: token}}
      envFrom: [{configMapRef: {name: web}}]
      securityContext: {privileged: true, capabilities: {add: [SYS_ADMIN]}}
      livenessProbe:
        exec: {command: [curl, "-u", "CANARY-7f3a"]}
      readinessProbe:
        httpGet: {path: "/health?token=CANARY-7f3a", port: 8080, scheme: HTTPS, host: CANARY-7f3a, httpHeaders: [{name: Authorization, value: CANARY-7f3a}]}
      startupProbe:
        grpc: {port: 8080, service: CANARY-7f3a}
      lifecycle:
        postStart: {exec: {command: ["CANARY-7f3a"]}}
        preStop: {httpGet: {path: /CANARY-7f3a, port: 1}}
`

func indent(spec string, n int) string {
	return strings.ReplaceAll(spec, "\n", "\n"+strings.Repeat(" ", n))
}

const annotations = `
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"CANARY-7f3a":1}'
    example.com/note: CANARY-7f3a
    nginx.ingress.kubernetes.io/configuration-snippet: CANARY-7f3a
    nginx.ingress.kubernetes.io/auth-url: https://auth.example/?key=CANARY-7f3a
    nginx.ingress.kubernetes.io/permanent-redirect: https://user:CANARY-7f3a@example.com
    nginx.ingress.kubernetes.io/auth-secret: shop/basic
    traefik.ingress.kubernetes.io/custom-request-headers: Authorization:CANARY-7f3a
    sidecar.istio.io/status: CANARY-7f3a
    service.beta.kubernetes.io/aws-load-balancer-scheme: internal
    meta.helm.sh/release-name: web
  managedFields: [{manager: CANARY-7f3a}]
`

// TestCanaries plants a canary in every place where a value may be a secret, and looks that none survives, while what
// rules read does.
func TestCanaries(t *testing.T) {
	web := []string{"registry.example/web:1.4", "web-creds", "SYS_ADMIN", "privileged", "STRIPE_API_KEY", "secretKeyRef", "8080",
		"HTTPS", "prod", "/srv", "containerPort", "release-name", "shop/basic", "internal"}
	tests := []struct {
		name, manifest string
		keep           []string
	}{
		{"pod", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web" + annotations + "spec:" + strings.ReplaceAll(podSpec, "\n    ", "\n  ") +
			"status:\n  containerStatuses:\n  - {name: web, imageID: sha256-abc, lastState: {terminated: {exitCode: 1, message: CANARY-7f3a}}}\n",
			append(web, "exitCode", "sha256-abc")},
		{"deployment", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web" + annotations +
			"spec:\n  template:\n    metadata:\n      annotations: {x: CANARY-7f3a}\n    spec:" + indent(podSpec, 2), web},
		{"cronjob", "apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: web" + annotations +
			"spec:\n  jobTemplate:\n    spec:\n      template:\n        spec:" + indent(podSpec, 6), web},
		{"podtemplate", "apiVersion: v1\nkind: PodTemplate\nmetadata:\n  name: web" + annotations + "template:\n  spec:" + podSpec, web},
		{"controllerrevision", "apiVersion: apps/v1\nkind: ControllerRevision\nmetadata:\n  name: web" + annotations +
			"data:\n  spec:\n    template:\n      spec:" + indent(podSpec, 4), web},
		{"rollout", "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata:\n  name: web" + annotations + "spec:\n  template:\n   spec:" + podSpec, web},
		{"secret", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s" + annotations + "type: Opaque\ndata: {key-CANARY-7f3a: CANARY-7f3a}\nstringData: {a: CANARY-7f3a}\n",
			[]string{"Opaque"}},
		{"configmap", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c" + annotations + "data: {app.conf: CANARY-7f3a}\nbinaryData: {x: CANARY-7f3a}\n",
			[]string{"app.conf"}},
		{"custom", `apiVersion: example.com/v1
kind: App
metadata: {name: a}
spec:
  image: registry.example/app:2
  env: {TOKEN: CANARY-7f3a, N: 5}
  extraEnv: [{name: A, value: CANARY-7f3a}, "B=CANARY-7f3a"]
  data: {deep: [{er: CANARY-7f3a}]}
  stringData: {x: CANARY-7f3a}
  adminPassword: CANARY-7f3a
  client_secret: {secretKeyRef: {name: ref-survives}}
  oauth: {client-secret: CANARY-7f3a, api-key: CANARY-7f3a}
  values: "password: CANARY-7f3a"
  parameters: [{name: p, value: CANARY-7f3a}]
  selector: {matchExpressions: [{key: tier, operator: In, values: [gold]}]}
  manifests:
  - {apiVersion: v1, kind: Secret, metadata: {name: inner}, data: {a: CANARY-7f3a}}
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: inner}, data: {a: CANARY-7f3a}}
`, []string{"registry.example/app:2", "ref-survives", "gold", "inner"}},
		{"httproute", `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r}
spec:
  rules:
  - filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: Authorization, value: CANARY-7f3a}]}}]
    backendRefs: [{name: web, port: 80}]
`, []string{"Authorization", "RequestHeaderModifier", "backendRefs"}},
		{"route", `apiVersion: route.openshift.io/v1
kind: Route
metadata: {name: r}
spec:
  host: a.example
  tls:
    termination: edge
    certificate: public
    key: "-----BEGIN RSA PRIVATE KEY-----\nCANARY-7f3a\n-----END RSA PRIVATE KEY-----\n"
`, []string{"a.example", "edge", "public"}},
		{"cilium", `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: p}
spec:
  endpointSelector: {matchLabels: {app: web}, matchExpressions: [{key: tier, operator: In, values: [gold]}]}
  ingress:
  - toPorts: [{ports: [{port: "80"}], rules: {http: [{method: GET, headers: ["Authorization: CANARY-7f3a"], headerMatches: [{name: X, value: CANARY-7f3a}]}]}}]
`, []string{"gold", "web", "toPorts", "Authorization"}},
		{"list", "apiVersion: v1\nkind: SecretList\nitems:\n- metadata: {name: s}\n  data: {a: CANARY-7f3a}\n", []string{"SecretList"}},
		{"nested list", "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - {apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: CANARY-7f3a}}\n", []string{"Secret"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			u := parse(t, tt.manifest)
			mask.Object(u, nil)
			once := both(t, u)
			for text := range strings.SplitSeq(once, "\n") {
				if strings.Contains(text, canary) {
					t.Errorf("a canary survives: %s", text)
				}
			}
			for _, k := range tt.keep {
				if !strings.Contains(once, k) {
					t.Errorf("%q is gone", k)
				}
			}
			mask.Object(u, nil)
			if both(t, u) != once {
				t.Error("masking twice changes more")
			}
		})
	}
}

func TestKept(t *testing.T) {
	tests := []struct{ name, manifest, keep string }{
		{"facts", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: aws-auth, namespace: kube-system}\ndata: {mapRoles: arn-aws}\n", "arn-aws"},
		{"event", "apiVersion: v1\nkind: Event\nmetadata: {name: e}\nmessage: pulled the image\n", "pulled the image"},
		{"definition", "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: d}\nspec: {versions: [{schema: {properties: {env: {default: plain}}}}]}\n", "plain"},
		{"role", "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\nrules: [{resources: [serviceaccounts/token], verbs: [create]}]\n", "serviceaccounts/token"},
		{"label", "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {token: label-value}}\nspec: {containers: []}\n", "label-value"},
		{"empty value", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{env: [{name: A, value: ''}]}]}\n", `"value":""`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			u := parse(t, tt.manifest)
			mask.Object(u, nil)
			if !strings.Contains(both(t, u), tt.keep) {
				t.Errorf("%q is gone: %v", tt.keep, u.Object)
			}
		})
	}
}

// FuzzObject looks that no shape of input makes masking fail, and that it is done after the first time.
func FuzzObject(f *testing.F) {
	f.Add("apiVersion: v1\nkind: Pod\nspec:\n  containers: [{env: x, args: {a: 1}}]\n")
	f.Add("apiVersion: a.b/v1\nkind: X\nenv: [[1], {name: a}]\nheaders: [1]\nvalues: 1\n")
	f.Add("kind: List\nitems: [null, 1, {kind: Secret, data: 1}]\n")
	f.Fuzz(func(t *testing.T, text string) {
		var o map[string]any
		if yaml.Unmarshal([]byte(text), &o) != nil || o == nil {
			return
		}
		u := &unstructured.Unstructured{Object: o}
		mask.Object(u, nil)
		once, err := json.Marshal(u.Object)
		if err != nil {
			t.Fatal(err)
		}
		mask.Object(u, nil)
		twice, _ := json.Marshal(u.Object)
		if string(once) != string(twice) {
			t.Errorf("first %s\nthen  %s", once, twice)
		}
	})
}

func parse(t *testing.T, manifest string) *unstructured.Unstructured {
	t.Helper()
	u := &unstructured.Unstructured{}
	if err := yaml.UnmarshalStrict([]byte(manifest), &u.Object); err != nil {
		t.Fatalf("%v in\n%s", err, manifest)
	}
	return u
}

// both gives the object as YAML and as JSON.
func both(t *testing.T, u *unstructured.Unstructured) string {
	t.Helper()
	j, err := json.Marshal(u.Object)
	if err != nil {
		t.Fatal(err)
	}
	y, err := yaml.Marshal(u.Object)
	if err != nil {
		t.Fatal(err)
	}
	return string(y) + "\n" + string(j)
}

// TestDescriptions masks what people write about an object, which may be anything.
func TestDescriptions(t *testing.T) {
	u := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Service", "metadata": map[string]any{"annotations": map[string]any{
		"description": "login: CANARY", "kubernetes.io/description": "CANARY", "kubernetes.io/ingress.class": "nginx"}}}}
	mask.Object(u, nil)
	a := u.GetAnnotations()
	if a["description"] != mask.Text || a["kubernetes.io/description"] != mask.Text || a["kubernetes.io/ingress.class"] != "nginx" {
		t.Error(a)
	}
}
