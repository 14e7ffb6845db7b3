package capture

import (
	"strings"
	"testing"

	"canopy/model"
)

// TestUnknownKinds names kinds that Kubernetes never had, and takes nothing for complete that they may have meant.
func TestUnknownKinds(t *testing.T) {
	for text, want := range map[string]string{
		"apiVersion: v1\nkind: pod\n":                                 "did you mean v1 Pod?",
		"apiVersion: v1\nkind: Deployment\n":                          "did you mean apps/v1 Deployment?",
		"apiVersion: apps/v1\nkind: deployments\n":                    "did you mean apps/v1 Deployment?",
		"apiVersion: app/v1\nkind: Deployment\n":                      "did you mean apps/v1 Deployment?",
		"apiVersion: rbac.authorization.k8s.io/v1\nkind: role\n":      "did you mean rbac.authorization.k8s.io/v1 Role?",
		"apiVersion: v1\nkind: Template\n":                            `v1 has no kind "Template"`,
		"apiVersion: v1\nkind: PodTemplate\n":                         "",
		"apiVersion: v1\nkind: Endpoints\n":                           "",
		"apiVersion: apps/v1\nkind: ControllerRevision\n":             "",
		"apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n": "",
		"apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\n":       "",
		"apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\n":     "",
		"apiVersion: metrics.k8s.io/v1beta1\nkind: PodMetrics\n":      "",
		"apiVersion: serving.knative.dev/v1\nkind: Service\n":         "",
		"apiVersion: networking.k8s.io/v1\nkind: BrandNew\n":          "",
	} {
		s := openText(t, "f", podA+"---\n"+text+"metadata: {name: x}\n")
		partial := 0
		for _, c := range s.coverage {
			if c.State == model.Partial {
				partial++
			}
		}
		list := s.Problems()
		if want == "" {
			if len(list) > 0 || partial > 0 {
				t.Errorf("%s%v, %d partial", text, list, partial)
			}
			continue
		}
		if len(list) != 1 || !list[0].Skipped || !strings.Contains(list[0].Message, want) || partial != 1 {
			t.Errorf("%s%v, %d partial", text, list, partial)
		}
	}
}

// TestUnjudged tells of kinds that hold pods and that no rule looks at.
func TestUnjudged(t *testing.T) {
	pods := "{containers: [{name: c, image: i}]}"
	for text, want := range map[string]model.CoverState{
		"apiVersion: v1\nkind: PodTemplate\nmetadata: {name: x}\ntemplate: {spec: " + pods + "}\n":                                                                                      model.Partial,
		"apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: x}\nspec: {template: {spec: " + pods + "}}\n":                                                                model.Partial,
		"apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: x}\nspec: {template: {spec: " + pods + "}}\n":                                                              model.Partial,
		"apiVersion: template.openshift.io/v1\nkind: Template\nmetadata: {name: x}\nobjects: [{kind: Deployment, apiVersion: apps/v1, spec: {template: {spec: " + pods + "}}}]\n":       model.Partial,
		"apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: x}\nspec: {rules: [{validate: {pattern: {spec: " + pods + "}}}]}\n":                                           model.Complete,
		"apiVersion: a.b/v1\nkind: X\nmetadata: {name: x}\nspec: {containers: [a, b]}\n":                                                                                                model.Complete,
		"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x.y.z}\nspec: {group: y.z, names: {kind: X, plural: x}, x: {containers: [{name: c}]}}\n": model.Complete,
	} {
		kind := strings.Fields(text)[3]
		s := openText(t, "f", text)
		for _, c := range s.coverage {
			if c.Kind.Kind != kind || kind == "Service" && c.Kind.Group == "" {
				continue
			}
			if c.State != want || want == model.Partial && !strings.HasPrefix(c.Reason, "kind not evaluated") {
				t.Errorf("%s: %s %q", kind, c.State, c.Reason)
			}
		}
	}
}

// TestTwice holds that what stands twice is told as coverage, and a copy with the same revision is not.
func TestTwice(t *testing.T) {
	pod := `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","uid":"u","resourceVersion":"1"},"spec":{"containers":[{"name":"c","image":"i"}]}}`
	for text, want := range map[string]string{
		podA + "---\n" + podA: "shop/Pod/a stands twice: ",
		strings.Replace(podA, "image: i", "image: i, image: j", 1): `f:4: document 1: the key "image" stands twice`,
		"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: s}\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: p\n    name: q\n": `f:11: document 1: the key "name" stands twice`,
		strings.Replace(jsonA, `"image":"i"`, `"image":"i","image":"j"`, 1):                                                                                                    `duplicate field "spec.containers[0].image" stands twice`,
		pod + pod: "",
		`{"apiVersion":"a.b/v1","kind":"Pod","metadata":{"name":"x"},"spec":{"a":1,"a":2}}`: `duplicate field "spec.a" stands twice`,
	} {
		s := openText(t, "f", text)
		for _, c := range s.coverage {
			if c.Kind.Kind != "Pod" || want == "" || strings.Contains(text, "a.b/v1") != (c.Kind.Group == "a.b") {
				if c.State != model.Complete {
					t.Errorf("%s\n%s: %s %s", text, c.Kind, c.State, c.Reason)
				}
			} else if c.State != model.Partial || !strings.Contains(c.Reason, want) {
				t.Errorf("%s\n%s: %s %s", text, c.Kind, c.State, c.Reason)
			}
		}
	}
}

// TestTemplateMessage says of a chart that it has to be rendered first.
func TestTemplateMessage(t *testing.T) {
	s := openText(t, "f", podA+"---\n"+"apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n")
	if list := s.Problems(); len(list) != 1 || !strings.Contains(list[0].Message, "render it first") {
		t.Error(list)
	}
}

func TestEscapeUnseen(t *testing.T) {
	for in, want := range map[string]string{"{\"a\":\"ä1é\"}": "{\"a\":\"ä1é\"}", "x\u202ey\u0085\x7f\U000e0001z": `x\u202ey\u0085\u007f\udb40\udc01z`} {
		if got := string(escapeUnseen([]byte(in))); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
