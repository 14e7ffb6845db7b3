package fixtest

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"canopy/model"
)

// policies makes an admission policy and its binding, refuses with them until the test ends, and waits until they do.
func (s *stage) policies(t *testing.T, name, group, resource, expression, namespace string) {
	t.Helper()
	text := fmt.Sprintf(`
- apiVersion: admissionregistration.k8s.io/v1
  kind: ValidatingAdmissionPolicy
  metadata: {name: %[1]s}
  spec:
    failurePolicy: Fail
    matchConstraints: {resourceRules: [{apiGroups: ["%[2]s"], apiVersions: ["*"], operations: [CREATE, UPDATE], resources: [%[3]s]}]}
    validations: [{expression: '%[4]s', message: "the house rule says no"}]
- apiVersion: admissionregistration.k8s.io/v1
  kind: ValidatingAdmissionPolicyBinding
  metadata: {name: %[1]s}
  spec: {policyName: %[1]s, validationActions: [Deny], matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %[5]s}}}}
`, name, group, resource, expression, namespace)
	var list []map[string]any
	if err := yaml.Unmarshal([]byte(text), &list); err != nil {
		t.Fatal(err)
	}
	objects := []*unstructured.Unstructured{{Object: list[0]}, {Object: list[1]}}
	s.load(t, objects)
	t.Cleanup(func() { s.unload(t, objects) })
}

// refused waits until the server refuses a step of a plan.
func (c *climb) refused(step int) *model.Trial {
	c.Helper()
	var trial *model.Trial
	c.s.until(c.T, "the policy to refuse", func() bool {
		var err error
		if trial, err = c.s.writer.DryRun(c.Context(), c.fix.Plan, nil); err != nil {
			c.Fatal(err)
		}
		return slices.ContainsFunc(trial.Checks, func(k model.Check) bool { return k.Step == step && k.Outcome == model.Failed })
	})
	return trial
}

func (s *stage) refusedByPolicy(t *testing.T, begin func(*testing.T) *climb) {
	c := begin(t)
	s.policies(t, "no-quotas", "", "resourcequotas", "false", string(c.scene.scope()))
	last := len(c.fix.Plan.Steps) - 1
	trial := c.refused(last)
	for _, k := range trial.Checks {
		if k.Step == last && (k.Cause != model.CauseRefused || !strings.Contains(k.Message, "the house rule says no")) {
			t.Errorf("%s", told(&k))
		}
		if k.Step != last && k.Outcome == model.Failed {
			t.Errorf("%s", told(&k))
		}
	}
	applied, err := s.writer.Apply(t.Context(), c.fix.Plan, nil, nil)
	failed(t, &applied, err, last, model.CauseRefused, "the house rule says no")
	c.restore(&applied)
}

// podsRefused refuses pods, which a Deployment alone does not show.
func (s *stage) podsRefused(t *testing.T, begin func(*testing.T) *climb) {
	c := begin(t)
	s.policies(t, "no-read-only", "", "pods", "object.spec.containers.all(c, !c.?securityContext.readOnlyRootFilesystem.orValue(false))", string(c.scene.scope()))
	var checks []model.Check
	s.until(t, "the policy to refuse pods", func() bool {
		var err error
		if checks, err = s.writer.TryPods(t.Context(), c.fix.Plan, nil); err != nil {
			t.Fatal(err)
		}
		worst, _ := model.Worst(checks, model.RungSyntheticPod)
		return worst == model.Failed
	})
	if checks[0].Cause != model.CauseRefused || !strings.Contains(checks[0].Message, "the house rule says no") {
		t.Errorf("%s", told(&checks[0]))
	}
	c.trialOf()
	// It is carried out all the same: the old pods stay, and the rollout is told to be stuck, with the reason.
	applied, err := s.writer.Apply(t.Context(), c.fix.Plan, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.stuck(t, c.fix.Plan, "the house rule says no")
	c.restore(&applied)
}

// stuck holds that the rollout of a plan is told not to end, and why.
func (s *stage) stuck(t *testing.T, plan model.Plan, why string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	checks, err := s.writer.Watch(ctx, plan, func(k model.Check) {
		if strings.Contains(k.Message, why) {
			stop()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(checks) == 0 || checks[0].Outcome != model.Failed || checks[0].Cause != model.CauseStuck || !strings.Contains(checks[0].Message, why) {
		t.Errorf("want it stuck because of %q: %+v", why, checks)
	}
}

// webhook is what refuses changes of Deployments of a namespace. It says no as long as it is up.
func (s *stage) webhook(t *testing.T, namespace string) *httptest.Server {
	t.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var review admissionv1.AdmissionReview
		if err := json.NewDecoder(r.Body).Decode(&review); err != nil || review.Request == nil {
			http.Error(w, "no review", http.StatusBadRequest)
			return
		}
		review.Response = &admissionv1.AdmissionResponse{UID: review.Request.UID, Result: &metav1.Status{Message: "the hook says no", Code: http.StatusForbidden}}
		review.Request = nil
		_ = json.NewEncoder(w).Encode(review)
	}))
	t.Cleanup(server.Close)
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	text := fmt.Sprintf(`
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: says-no}
webhooks:
  - name: says-no.example.com
    clientConfig: {url: "%s", caBundle: %s}
    rules: [{apiGroups: [apps], apiVersions: [v1], operations: [UPDATE], resources: [deployments]}]
    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %s}}
    sideEffects: None
    timeoutSeconds: 5
    failurePolicy: Fail
    admissionReviewVersions: [v1]
`, server.URL, base64.StdEncoding.EncodeToString(authority), namespace)
	hook := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(text), &hook.Object); err != nil {
		t.Fatal(err)
	}
	s.load(t, []*unstructured.Unstructured{hook})
	t.Cleanup(func() { s.unload(t, []*unstructured.Unstructured{hook}) })
	return server
}

// refusedByWebhook has a webhook refuse a change, and then not answer at all, which refuses it as well.
func (s *stage) refusedByWebhook(t *testing.T, begin func(*testing.T) *climb) {
	c := begin(t)
	// It is in force until the test ends; only then all is as before.
	defer c.same()
	server := s.webhook(t, string(c.scene.scope()))
	trial := c.refused(0)
	for _, k := range trial.Checks {
		if k.Cause != model.CauseRefused || !strings.Contains(k.Message, "the hook says no") {
			t.Errorf("%s", told(&k))
		}
	}
	applied, err := s.writer.Apply(t.Context(), c.fix.Plan, nil, nil)
	failed(t, &applied, err, 0, model.CauseRefused, "the hook says no", "says-no.example.com")
	server.Close()
	applied, err = s.writer.Apply(t.Context(), c.fix.Plan, nil, nil)
	failed(t, &applied, err, 0, model.CauseRefused, "says-no.example.com")
	if len(applied.Undo.Steps) > 0 {
		t.Errorf("nothing was done, and the undo has steps: %+v", applied.Undo.Steps)
	}
}
